/* The rows of an answer, whichever way round it has them: a list of objects, or an object with a list for each key. */
#pragma once

#include <stddef.h>

#include <jansson.h>

struct grid {
	const json_t *rows;    /* objects; NULL: it has columns */
	const json_t *columns; /* lists by key */
	size_t n;	       /* rows */
};

/* A key is looked up once for all rows, where that can be. */
struct grid_key {
	const char *name;
	const json_t *column; /* NULL: nothing is known of it, or each row is an object */
};

/* Both borrow. Of columns there are as many rows as groups. */
struct grid grid_of_rows(const json_t *rows);
struct grid grid_of_columns(const json_t *columns);
struct grid_key grid_key(const struct grid *g, const char *name);
const json_t *grid_value(const struct grid *g, const struct grid_key *key, size_t row); /* NULL: there is none */
const char *grid_text(const struct grid *g, const struct grid_key *key, size_t row);   /* "" where there is none */
/* A further row, from an object, below all others of columns. */
void grid_append(json_t *columns, const json_t *row);
