/* Values of knobs as systemd says them. */
#include "unit_property.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "text.h"

#define PERMYRIAD_USEC 100U /* 0.01 % of a second */
#define PERCENT_USEC   10000U

enum knob property_knob(enum knob k)
{
	return k == KNOB_CPU_IDLE ? KNOB_CPU_WEIGHT : k;
}

const char *property_key(enum knob k)
{
	return property_rows[property_knob(k)].key;
}

static int setting_compare(const void *a, const void *b)
{
	const struct unit_setting *x = a, *y = b;
	int r = strcmp(property_key(x->knob), property_key(y->knob));

	return r ? r : (int)x->knob - (int)y->knob;
}

/* Of two in one property, CPU_IDLE comes first (KNOB_TABLE): 1 wins over the weight, 0 gives way to it. */
size_t settings_sort(struct unit_setting *list, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (property_key(list[i].knob))
			list[kept++] = list[i];
	n = kept;
	kept = 0;
	qsort(list, n, sizeof(*list), setting_compare);
	for (size_t i = 0; i < n; i++)
		if (!kept || property_knob(list[kept - 1].knob) != property_knob(list[i].knob))
			list[kept++] = list[i];
		else if (property_number(list[kept - 1].knob, &list[kept - 1].value) != 0)
			list[kept - 1] = list[i];
	return kept;
}

static uint64_t quota_usec(const struct value *v)
{
	double usec;

	if (v->kind != VALUE_QUOTA || !v->period)
		return UINT64_MAX;
	usec = (double)v->number * QUOTA_SECOND_USEC / (double)v->period / PERMYRIAD_USEC;
	if (usec >= INT32_MAX) /* systemd reads hundredths of a percent into an int */
		return (uint64_t)INT32_MAX * PERMYRIAD_USEC;
	return usec < 1 ? PERMYRIAD_USEC : (uint64_t)(usec + 0.5) * PERMYRIAD_USEC;
}

void property_round(enum knob k, struct value *v)
{
	if (k == KNOB_CPU_MAX && v->kind == VALUE_QUOTA && v->period)
		*v = (struct value){.kind = VALUE_QUOTA, .number = quota_usec(v), .period = QUOTA_SECOND_USEC};
}

uint64_t property_number(enum knob k, const struct value *v)
{
	if (k == KNOB_CPU_MAX)
		return quota_usec(v);
	if (v->kind != VALUE_NUMBER || (k == KNOB_CPU_IDLE && !v->number))
		return UINT64_MAX;
	return k == KNOB_CPU_IDLE ? 0 : v->number;
}

void property_value(enum knob k, uint64_t number, struct value *ret)
{
	*ret = (struct value){.kind = VALUE_NUMBER, .number = number};
	if (k == KNOB_CPU_IDLE)
		ret->number = number == 0;
	else if (number == UINT64_MAX)
		*ret = (struct value){.kind = VALUE_MAX};
	else if (k == KNOB_CPU_MAX)
		*ret = (struct value){.kind = VALUE_QUOTA, .number = number, .period = QUOTA_SECOND_USEC};
}

static void bit_set(void *ctx, unsigned i)
{
	unsigned char *mask = ctx;

	if (i / 8 < PROPERTY_MASK_BYTES)
		mask[i / 8] |= (unsigned char)(1U << (i % 8));
}

size_t property_mask(const char *list, unsigned char ret[PROPERTY_MASK_BYTES])
{
	size_t bytes = PROPERTY_MASK_BYTES;

	memset(ret, 0, PROPERTY_MASK_BYTES);
	text_list_each(list, bit_set, ret);
	while (bytes && !ret[bytes - 1])
		bytes--;
	return bytes;
}

static bool bit_is(const unsigned char *mask, size_t bytes, unsigned i)
{
	return i / 8 < bytes && mask[i / 8] >> (i % 8) & 1;
}

void property_list(const unsigned char *mask, size_t bytes, struct arena *arena, struct value *ret)
{
	char list[VALUE_LIST_BYTES] = "";
	size_t used = 0;

	*ret = (struct value){0};
	for (unsigned i = 0; i / 8 < bytes; i++) {
		unsigned last = i;
		int n;

		if (!bit_is(mask, bytes, i))
			continue;
		while (bit_is(mask, bytes, last + 1))
			last++;
		n = snprintf(list + used, sizeof(list) - used, last > i ? "%s%u-%u" : "%s%u", used ? "," : "", i, last);
		if (n < 0 || (size_t)n >= sizeof(list) - used)
			return;
		used += (size_t)n;
		i = last;
	}
	*ret = (struct value){.kind = VALUE_LIST, .list = arena_strdup(arena, list)};
}

/* What stands behind "KEY="; "" takes back what stood there before. */
static void number_text(enum property_form form, uint64_t number, char *buf, size_t size)
{
	bool unset = number == UINT64_MAX;

	if (form == PROPERTY_WEIGHT && number == 0)
		snprintf(buf, size, "idle");
	else if (unset && (form == PROPERTY_WEIGHT || form == PROPERTY_QUOTA))
		*buf = '\0';
	else if (unset)
		snprintf(buf, size, "infinity");
	else if (form == PROPERTY_QUOTA && number % PERCENT_USEC)
		snprintf(buf, size, "%" PRIu64 ".%02" PRIu64 "%%", number / PERCENT_USEC, number / PERMYRIAD_USEC % 100);
	else if (form == PROPERTY_QUOTA)
		snprintf(buf, size, "%" PRIu64 "%%", number / PERCENT_USEC);
	else
		snprintf(buf, size, "%" PRIu64, number);
}

/* A list is added to those that stand before it, so it begins with an empty one. */
void property_lines(enum knob k, const struct value *v, char *buf, size_t size)
{
	const char *key = property_key(k);
	char text[64];

	*buf = '\0';
	if (!key)
		return;
	if (property_rows[property_knob(k)].form == PROPERTY_LIST) {
		bool empty = v->kind != VALUE_LIST || !*value_list(v);

		snprintf(buf, size, empty ? "%s=\n" : "%s=\n%s=%s\n", key, key, value_list(v));
		return;
	}
	number_text(property_rows[property_knob(k)].form, property_number(k, v), text, sizeof(text));
	snprintf(buf, size, "%s=%s\n", key, text);
}

void property_text(enum knob k, const struct value *v, char *buf, size_t size)
{
	char lines[2 * VALUE_LIST_BYTES];
	const char *equals;

	snprintf(buf, size, "?");
	if (v->kind == VALUE_UNKNOWN)
		return;
	property_lines(k, v, lines, sizeof(lines));
	if (*lines)
		lines[strlen(lines) - 1] = '\0';
	equals = strrchr(lines, '='); /* of a list the second line has it */
	if (equals)
		snprintf(buf, size, "%s", equals[1] ? equals + 1 : "not set");
}
