/* A number of bytes as people read it. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "size_text.h"
#include "text.h"

char *size_text(uint64_t bytes, char *buf, size_t size)
{
	static const char units[] = "KMGTPE";
	double n = (double)bytes;
	int unit = -1;

	while (n >= 1024 && unit < (int)sizeof(units) - 2) {
		n /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(buf, size, "%llu", (unsigned long long)bytes);
	else
		snprintf(buf, size, n < 99.95 ? "%.1f%c" : "%.0f%c", n, units[unit]);
	return buf;
}

char *size_text_over(const char *what_is, uint64_t is, const char *what_may, uint64_t may, char *buf, size_t size)
{
	char a[32], b[32];

	size_text(is, a, sizeof(a));
	size_text(may, b, sizeof(b));
	if (strcmp(a, b))
		snprintf(buf, size, "%s %s > %s %s", what_is, a, what_may, b);
	else
		snprintf(buf, size, "%s %llu > %s %llu bytes", what_is, (unsigned long long)is, what_may,
			 (unsigned long long)may);
	return buf;
}

static bool is_size(enum knob k)
{
	return k < KNOB__COUNT && (knob_rows[k].form == FORM_BYTES || knob_rows[k].form == FORM_MEMSW);
}

/* text, unless it is a number */
static const char *readable(const char *text, char *buf, size_t size)
{
	uint64_t bytes;

	return text_u64(text, &bytes) < 0 ? text : size_text(bytes, buf, size);
}

char *size_text_in_force(enum knob k, const char *is, const char *wanted, char *buf, size_t size)
{
	char a[32], b[32];
	const char *is_shown = is_size(k) ? readable(is, a, sizeof(a)) : is;
	const char *wanted_shown = is_size(k) ? readable(wanted, b, sizeof(b)) : wanted;
	bool same = !strcmp(is_shown, wanted_shown);

	snprintf(buf, size, "%.100s in force, %.100s wanted", same ? is : is_shown, same ? wanted : wanted_shown);
	return buf;
}
