/* Values of knobs as the kernel writes and reads them. */
#include "plan_make.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/bounds.h>

#include "text.h"

#define PERIOD_DEFAULT_USEC 100000

const char *knob_file(enum knob k, int version)
{
	return version == 2 ? knob_rows[k].v2 : knob_rows[k].v1;
}

/* The two that are limits by nature but start at nothing. */
static bool is_protection(enum knob k)
{
	return k == KNOB_MEMORY_LOW || k == KNOB_MEMORY_MIN;
}

void value_default(enum knob k, int version, struct value *ret)
{
	*ret = (struct value){ .kind = VALUE_MAX };
	switch (knob_rows[k].form) {
	case FORM_WEIGHT:
		*ret = (struct value){ .kind = VALUE_NUMBER, .number = version == 2 ? 100 : 1024 };
		break;
	case FORM_NUMBER:
	case FORM_FREEZE:
		*ret = (struct value){ .kind = VALUE_NUMBER };
		break;
	case FORM_LIST:
		*ret = (struct value){ .kind = VALUE_LIST };
		break;
	case FORM_BYTES:
		if (is_protection(k))
			*ret = (struct value){ .kind = VALUE_NUMBER };
		break;
	case FORM_QUOTA:
		ret->period = PERIOD_DEFAULT_USEC;
		break;
	case FORM_MEMSW:
	case FORM_COUNT:
		break;
	}
}

/* "-1" is what v1 takes for no limit wherever a number of bytes or a quota stands. */
static const char *max_text(enum knob k, int version)
{
	return version == 1 && knob_rows[k].form != FORM_COUNT ? "-1" : "max";
}

void value_to_text(enum knob k, int version, const struct value *v, char *buf, size_t size)
{
	uint64_t period = v->period ? v->period : PERIOD_DEFAULT_USEC;

	if (v->kind == VALUE_LIST)
		snprintf(buf, size, "%s", value_list(v));
	else if (v->kind == VALUE_UNKNOWN)
		snprintf(buf, size, "?");
	else if (v->kind == VALUE_MAX && version == 2 && knob_rows[k].form == FORM_QUOTA)
		snprintf(buf, size, "max %" PRIu64, period);
	else if (v->kind == VALUE_MAX)
		snprintf(buf, size, "%s", max_text(k, version));
	else if (version == 1 && knob_rows[k].form == FORM_FREEZE)
		snprintf(buf, size, "%s", v->number ? "FROZEN" : "THAWED");
	else if (v->kind == VALUE_QUOTA && version == 2)
		snprintf(buf, size, "%" PRIu64 " %" PRIu64, v->number, period);
	else
		snprintf(buf, size, "%" PRIu64, v->number);
}

static bool is_max(const char *word)
{
	return !strcmp(word, "max") || !strcmp(word, "-1");
}

/* "QUOTA PERIOD", "QUOTA"; text is cut in two. */
static int quota_from_text(char *text, struct value *ret)
{
	struct value v = { .kind = VALUE_QUOTA, .period = PERIOD_DEFAULT_USEC };
	char *period = strchr(text, ' ');
	int r = 0;

	if (period) {
		*period++ = '\0';
		r = text_u32(period, &v.period);
	}
	if (!r && is_max(text))
		v.kind = VALUE_MAX;
	else if (!r)
		r = text_u64(text, &v.number);
	if (!r)
		*ret = v;
	return r;
}

static int list_from_text(const char *text, struct arena *arena, struct value *ret)
{
	char list[VALUE_LIST_BYTES] = "";
	int r = *text ? text_list(text, CPUS_MAX, list, sizeof(list)) : 0;

	if (!r)
		*ret = (struct value){ .kind = VALUE_LIST, .list = arena_strdup(arena, list) };
	return r;
}

/* What is being frozen will be. */
static int freeze_from_text(const char *text, struct value *ret)
{
	static const char *const words[][3] = {{"0", "THAWED", NULL}, {"1", "FROZEN", "FREEZING"}};

	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < 3; j++)
			if (words[i][j] && !strcmp(text, words[i][j])) {
				*ret = (struct value){ .kind = VALUE_NUMBER, .number = i };
				return 0;
			}
	return -EINVAL;
}

/* v1 shows no limit as the largest number of whole pages: 0x7FFFFFFFFFFFF000 with pages of 4096. */
static int number_from_text(enum form form, const char *text, uint64_t page_bytes, struct value *ret)
{
	struct value v = { .kind = VALUE_NUMBER };
	bool bytes = form == FORM_BYTES || form == FORM_MEMSW;
	int r;

	if ((bytes || form == FORM_COUNT) && is_max(text)) {
		*ret = (struct value){ .kind = VALUE_MAX };
		return 0;
	}
	r = text_u64(text, &v.number);
	if (r < 0)
		return r;
	if (bytes && page_bytes && v.number / page_bytes >= INT64_MAX / page_bytes)
		v = (struct value){ .kind = VALUE_MAX };
	*ret = v;
	return 0;
}

int value_from_text(enum knob k, int version, const char *text, uint64_t page_bytes, struct arena *arena, struct value *ret)
{
	char copy[1024];
	size_t len = strlen(text);

	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	if (len >= sizeof(copy))
		return -E2BIG;
	memcpy(copy, text, len);
	copy[len] = '\0';
	switch (knob_rows[k].form) {
	case FORM_QUOTA:
		return quota_from_text(copy, ret);
	case FORM_LIST:
		return list_from_text(copy, arena, ret);
	case FORM_FREEZE:
		return freeze_from_text(copy, ret);
	default:
		return number_from_text(knob_rows[k].form, copy, page_bytes, ret);
	}
}
