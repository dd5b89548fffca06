/* Rows in the order that --sort asks for. */
#include "order.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

struct place {
	bool known;
	double number;	  /* 0 where it is a text */
	const char *text; /* "" where it is a number */
	size_t row;
};

static int places_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int r;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->number != y->number)
		return x->number > y->number ? -1 : 1;
	r = strcmp(x->text, y->text);
	return r ? r : x->row < y->row ? -1 : 1;
}

/* -1 is no limit. */
static double number_of(const struct column *by, const json_t *value)
{
	bool has_limits = by->kind == COLUMN_SHARE || by->kind == COLUMN_BYTES;
	double number = json_is_true(value) ? 1 : json_number_value(value);

	return has_limits && number < 0 ? HUGE_VAL : number;
}

static struct place place_of(const struct column *by, const json_t *value, size_t row)
{
	const char *text = json_string_value(value);

	return (struct place){
		.known = value && !json_is_null(value),
		.number = number_of(by, value),
		.text = text ? text : "",
		.row = row,
	};
}

size_t *order_make(const struct grid *g, const struct column *by)
{
	auto_free struct place *places = must_alloc((g->n + 1) * sizeof(*places));
	size_t *ret = must_alloc((g->n + 1) * sizeof(*ret));
	struct grid_key key = grid_key(g, by ? by->key : "");

	for (size_t i = 0; i < g->n; i++)
		places[i] = by ? place_of(by, grid_value(g, &key, i), i) : (struct place){.row = i};
	if (by)
		qsort(places, g->n, sizeof(*places), places_compare);
	for (size_t i = 0; i < g->n; i++)
		ret[i] = places[i].row;
	return ret;
}
