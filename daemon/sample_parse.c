/* Texts of counter files. */
#include <string.h>

#include "sample_parse.h"
#include "text.h"

/* The word at p, up to a blank or a line's end. */
static bool word_copy(const char *p, char *buf, size_t size)
{
	size_t len = strcspn(p, " \n");

	if (len >= size)
		return false;
	memcpy(buf, p, len);
	buf[len] = 0;
	return true;
}

struct counter sample_number(const char *text)
{
	struct counter c = { 0 };
	char word[24];

	c.known = word_copy(text, word, sizeof(word)) && text_u64(word, &c.value) == 0;
	return c;
}

struct counter sample_keyed(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (!strncmp(line, key, len) && line[len] == ' ')
			return sample_number(line + len + 1);
	return (struct counter){ 0 };
}

static struct counter usec_to_ns(struct counter c)
{
	c.known = c.known && c.value <= UINT64_MAX / 1000;
	c.value *= 1000;
	return c;
}

void sample_cpu_stat(const char *text, int version, struct sample *ret)
{
	ret->periods = sample_keyed(text, "nr_periods");
	ret->throttled_periods = sample_keyed(text, "nr_throttled");
	if (version == 1) {
		ret->throttled_ns = sample_keyed(text, "throttled_time");
		return;
	}
	ret->throttled_ns = usec_to_ns(sample_keyed(text, "throttled_usec"));
	ret->cpu_ns = usec_to_ns(sample_keyed(text, "usage_usec"));
}

double sample_pressure(const char *text)
{
	static const char head[] = "some avg10=";
	char word[16];
	uint64_t hundredths;

	if (strncmp(text, head, sizeof(head) - 1) || !word_copy(text + sizeof(head) - 1, word, sizeof(word)) ||
	    text_decimal(word, 2, &hundredths))
		return -1;
	return (double)hundredths / 100;
}
