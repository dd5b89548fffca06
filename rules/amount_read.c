/* One amount of one unit. */
#include "amount_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/bounds.h>
#include <cgq/knob.h>

#include "match_value.h"
#include "text.h"

#define BURST_MAX_USEC \
	10000000U              /* far above any quota a period that the kernel takes (period: at most 1 s) */
#define TASKS_MAX     4194304U /* PID_MAX_LIMIT of 64-bit kernels */
#define CORE_UNIT     1000U    /* AMOUNT_CORES */
#define RATE_MIN_BITS 8000ULL  /* a packet of 1500 bytes takes 1.5 s */
#define RATE_MAX_BITS 1000000000000ULL /* no link is faster */

/* What a value of this unit looks like. */
static const char *const unit_forms[] = {
        [UNIT_CPU] = "not an amount of CPU (like 40%, 1.5 cores or max)",
        [UNIT_BURST] = "not a burst (like 20ms, 500us or 50%)",
        [UNIT_BYTES] = "not a size (like 512M or 2G)",
        [UNIT_COUNT] = "not a number (like 500 or max)",
        [UNIT_LIST] = "not a list (like 0-3,8)",
        [UNIT_BOOL] = "neither yes nor no",
        [UNIT_CHILDREN] = "neither follow nor match",
        [UNIT_RATE] = "not a rate (like 100Mbit or max)",
	[UNIT_USERS] = "not a list of users (like alice,1001,@ops)",
};

/* r is what a text_ reader said */
static int form_fail(enum unit unit, const char *text, int r, char *why, size_t size)
{
	snprintf(why, size, "'%s' is %s", TEXT_ESCAPED(text), r == -ERANGE ? "too large" : unit_forms[unit]);
	return -EINVAL;
}

static bool has_end(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static int amount_set(struct amount *ret, enum amount_kind kind, uint64_t n)
{
	*ret = (struct amount){.kind = kind, .n = n};
	return 0;
}

static int amount_set_list(struct amount *ret, const char *list)
{
	*ret = (struct amount){ .kind = AMOUNT_LIST, .list = list };
	return 0;
}

static int percent_read(const char *text, struct amount *ret, char *why, size_t size)
{
	uint64_t n;
	int r = text_percent(text, &n);

	if (!r && n > PERCENT_WHOLE)
		r = -ERANGE;
	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is more than 100%%", TEXT_ESCAPED(text));
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_PERCENT, n);
}

/* "1.5 cores", "1 core" */
static int cores_read(const char *text, struct amount *ret, char *why, size_t size)
{
	const char *blank = strchr(text, ' ');
	char number[64];
	uint64_t n;
	int r;

	if (!blank || (strcmp(blank, " core") && strcmp(blank, " cores")) ||
	    blank - text >= (int)sizeof(number))
		return -EINVAL;
	memcpy(number, text, (size_t)(blank - text));
	number[blank - text] = '\0';
	r = text_decimal(number, 3, &n);
	if (!r && n > (uint64_t)CPUS_MAX * CORE_UNIT)
		r = -ERANGE;
	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is too large (at most %u cores)", TEXT_ESCAPED(text), CPUS_MAX);
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_CORES, n);
}

/* "20ms", "500us", "0" */
static int usec_read(const char *text, struct amount *ret, char *why, size_t size)
{
	bool milli = has_end(text, "ms");
	char number[64];
	size_t len = strlen(text);
	uint64_t n;
	int r;

	if (!strcmp(text, "0"))
		return amount_set(ret, AMOUNT_USEC, 0);
	if ((!milli && !has_end(text, "us")) || len >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, len - 2);
	number[len - 2] = '\0';
	r = text_decimal(number, milli ? 3 : 0, &n);
	if (!r && n > BURST_MAX_USEC)
		r = -ERANGE;
	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is too long (at most %ums)", TEXT_ESCAPED(text),
		         BURST_MAX_USEC / 1000);
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_USEC, n);
}

static int bytes_read(const char *text, struct amount *ret, char *why, size_t size)
{
	uint64_t n;
	int r = text_bytes(text, &n);

	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is too large (less than 8388608T)", TEXT_ESCAPED(text));
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_BYTES, n);
}

static int count_read(const char *text, struct amount *ret, char *why, size_t size)
{
	uint64_t n;
	int r = text_u64(text, &n);

	if (!r && (!n || n > TASKS_MAX))
		r = -ERANGE;
	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is out of range (1 to %u, or max)", TEXT_ESCAPED(text), TASKS_MAX);
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_COUNT, n);
}

static int rate_read(const char *text, struct amount *ret, char *why, size_t size)
{
	uint64_t n;
	int r = text_rate(text, &n);

	if (!r && (n < RATE_MIN_BITS || n > RATE_MAX_BITS))
		r = -ERANGE;
	if (r == -ERANGE) {
		snprintf(why, size, "'%s' is out of range (8kbit to 1000Gbit, or max)", TEXT_ESCAPED(text));
		return -EINVAL;
	}
	return r < 0 ? r : amount_set(ret, AMOUNT_RATE, n);
}

static int list_read(enum key key, const char *text, struct arena *arena, struct amount *ret, char *why,
                     size_t size)
{
	unsigned max = key == KEY_CPUS ? CPUS_MAX : NODES_MAX;
	char list[VALUE_LIST_BYTES];
	int r = text_list(text, max, list, sizeof(list));

	if (r == -ERANGE)
		snprintf(why, size, "'%s' names one that cannot be (0 to %u)", TEXT_ESCAPED(text), max - 1);
	else if (r == -E2BIG)
		snprintf(why, size, "'%s' is too long (at most %zu bytes)", TEXT_ESCAPED(text),
		         sizeof(list) - 1);
	if (r == -ERANGE || r == -E2BIG)
		return -EINVAL;
	if (r < 0)
		return form_fail(UNIT_LIST, text, r, why, size);
	return amount_set_list(ret, arena_strdup(arena, list));
}

static int bool_read(const char *text, struct amount *ret)
{
	bool b;
	int r = text_bool(text, &b);

	return r < 0 ? r : amount_set(ret, AMOUNT_BOOL, b);
}

static int children_read(const char *text, struct amount *ret)
{
	if (strcmp(text, "follow") && strcmp(text, "match"))
		return -EINVAL;
	return amount_set(ret, AMOUNT_BOOL, !strcmp(text, "follow"));
}

/* "alice, 1001 ,@ops" is "alice,1001,@ops". */
static int users_read(const char *text, struct arena *arena, struct amount *ret)
{
	const char *list = "";

	for (const char *from = text;; from++) {
		char name[256];
		size_t len;

		from += strspn(from, " \t");
		len = strcspn(from, ", \t");
		snprintf(name, sizeof(name), "%.*s", (int)len, from);
		if (len >= sizeof(name) || !match_is_account(name + (*name == '@')))
			return -EINVAL;
		list = arena_printf(arena, "%s%s%s", list, *list ? "," : "", name);
		from += len;
		from += strspn(from, " \t");
		if (*from != ',')
			return *from ? -EINVAL : amount_set_list(ret, list);
	}
}

/* What a unit is counted in, but percent and max. */
static int unit_read(enum key key, const char *text, struct arena *arena, struct amount *ret, char *why,
                     size_t size)
{
	switch (key_rows[key].unit) {
	case UNIT_CPU:
		return cores_read(text, ret, why, size);
	case UNIT_BURST:
		return usec_read(text, ret, why, size);
	case UNIT_BYTES:
		return bytes_read(text, ret, why, size);
	case UNIT_COUNT:
		return count_read(text, ret, why, size);
	case UNIT_LIST:
		return list_read(key, text, arena, ret, why, size);
	case UNIT_BOOL:
		return bool_read(text, ret);
	case UNIT_CHILDREN:
		return children_read(text, ret);
	case UNIT_USERS:
		return users_read(text, arena, ret);
	case UNIT_RATE:
		return rate_read(text, ret, why, size);
	default: /* of SHAPE_TEXT */
		break;
	}
	return -EINVAL;
}

static bool unit_has_percent(enum unit u)
{
	return u == UNIT_CPU || u == UNIT_BURST || u == UNIT_BYTES;
}

static bool unit_has_max(enum unit u)
{
	return u == UNIT_CPU || u == UNIT_BYTES || u == UNIT_COUNT || u == UNIT_LIST || u == UNIT_RATE;
}

int amount_read(enum key key, const char *text, struct arena *arena, struct amount *ret, char *why,
                size_t size)
{
	enum unit unit = key_rows[key].unit;
	int r;

	*why = '\0';
	if (unit_has_max(unit) && !strcmp(text, "max"))
		return amount_set(ret, AMOUNT_MAX, 0);
	if (unit_has_percent(unit) && has_end(text, "%"))
		r = percent_read(text, ret, why, size);
	else
		r = unit_read(key, text, arena, ret, why, size);
	return r < 0 && !*why ? form_fail(unit, text, r, why, size) : r;
}
