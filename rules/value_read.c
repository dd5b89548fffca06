/* The text of a value becomes amounts: ranges, and what each key does not take. */
#include "value_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/bounds.h>

#include "amount_read.h"
#include "namespaces_read.h"
#include "net_read.h"
#include "text.h"

static bool is_zero(const struct amount *a)
{
	return !a->n && (a->kind == AMOUNT_PERCENT || a->kind == AMOUNT_CORES || a->kind == AMOUNT_BYTES);
}

static int value_fail(const char *text, const char *what, char *why, size_t size)
{
	snprintf(why, size, "'%s' %s", TEXT_ESCAPED(text), what);
	return -EINVAL;
}

/* "MIN..MAX", the points being given: each end in a buffer of its own. */
static int range_split(const char *text, const char *points, char *first, char *last, size_t end_size,
                       char *why, size_t size)
{
	size_t first_len = (size_t)(points - text);

	if (first_len >= end_size || strlen(points + 2) >= end_size)
		return value_fail(text, "is too long", why, size);
	memcpy(first, text, first_len);
	first[first_len] = '\0';
	strcpy(last, points + 2);
	if (!*first || !*last)
		return value_fail(text, "lacks one end of its range (like 40%..100%)", why, size);
	return 0;
}

static int range_read(enum key key, const char *text, const char *points, struct arena *arena,
                      struct setting *ret, char *why, size_t size)
{
	char first[256], last[256];
	int r;

	r = range_split(text, points, first, last, sizeof(first), why, size);
	if (r < 0)
		return r;
	r = amount_read(key, first, arena, &ret->min, why, size);
	if (r < 0)
		return r;
	r = amount_read(key, last, arena, &ret->max, why, size);
	if (r < 0)
		return r;
	if (ret->min.kind == AMOUNT_MAX)
		return value_fail(text,
		                  key_rows[key].shape == SHAPE_PARTITION ? "reserves max; reserve an amount"
		                                                         : "begins with max; leave it out",
		                  why, size);
	if (ret->min.kind == ret->max.kind && ret->min.n > ret->max.n)
		return value_fail(text, "begins above its end", why, size);
	return 0;
}

static int single_read(enum key key, const char *text, struct arena *arena, struct setting *ret, char *why,
                       size_t size)
{
	int r = amount_read(key, text, arena, &ret->max, why, size);

	if (r < 0)
		return r;
	if (key_rows[key].shape == SHAPE_PARTITION && ret->max.kind != AMOUNT_MAX)
		ret->min = ret->max;
	return 0;
}

/* What no unit can know. */
static int key_check(enum key key, const char *text, const struct setting *s, char *why, size_t size)
{
	bool small = s->max.kind == AMOUNT_BYTES && s->max.n < MEMORY_LEAST_BYTES;

	switch (key) {
	case KEY_CPU:
		if (is_zero(&s->max))
			return value_fail(text, "leaves no CPU at all; the ceiling must be above 0", why,
			                  size);
		break;
	case KEY_MEMORY:
		small |= s->min.kind == AMOUNT_BYTES && s->min.n < MEMORY_LEAST_BYTES;
		if (small || is_zero(&s->max) || is_zero(&s->min))
			return value_fail(text, "is too small; at least 1M", why, size);
		break;
	case KEY_MEMORY_LOW:
	case KEY_MEMORY_MIN:
		if (s->max.kind == AMOUNT_MAX)
			return value_fail(text, "is no reservation; write a size, or 0 for none", why, size);
		break;
	default:
		break;
	}
	return 0;
}

/* Whether the words mean something; they are read again once their group is known. */
static int words_read(enum key key, const char *text, struct arena *arena, struct setting *ret, char *why,
                      size_t size)
{
	struct arena read = {0};
	struct namespaces namespaces;
	struct net net = {0};
	int r = key == KEY_NAMESPACE ? namespaces_read(text, &read, &namespaces, why, size)
	                             : net_read(key, text, &read, &net, why, size);

	arena_done(&read);
	if (r < 0)
		return r;
	ret->max = (struct amount){.kind = AMOUNT_TEXT, .list = arena_strdup(arena, text)};
	return 0;
}

int value_read(enum key key, const char *text, struct arena *arena, struct setting *ret, char *why,
               size_t size)
{
	const char *points = strstr(text, "..");
	struct setting s = *ret;
	int r;

	s.min = s.max = (struct amount){0};
	if (key_rows[key].shape == SHAPE_TEXT)
		r = words_read(key, text, arena, &s, why, size);
	else if (!points)
		r = single_read(key, text, arena, &s, why, size);
	else if (key_rows[key].shape == SHAPE_ONE)
		r = value_fail(text, "is a range; it takes one value", why, size);
	else
		r = range_read(key, text, points, arena, &s, why, size);
	if (r < 0)
		return r;
	r = key_check(key, text, &s, why, size);
	if (r < 0)
		return r;
	*ret = s;
	return 0;
}
