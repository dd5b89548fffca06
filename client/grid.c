/* The rows of an answer, whichever way round it has them. */
#include "grid.h"

struct grid grid_of_rows(const json_t *rows)
{
	return (struct grid){.rows = rows, .n = json_array_size(rows)};
}

struct grid grid_of_columns(const json_t *columns)
{
	return (struct grid){.columns = columns, .n = json_array_size(json_object_get(columns, "group"))};
}

struct grid_key grid_key(const struct grid *g, const char *name)
{
	return (struct grid_key){name, g->rows ? NULL : json_object_get(g->columns, name)};
}

const json_t *grid_value(const struct grid *g, const struct grid_key *key, size_t row)
{
	return g->rows ? json_object_get(json_array_get(g->rows, row), key->name) : json_array_get(key->column, row);
}

const char *grid_text(const struct grid *g, const struct grid_key *key, size_t row)
{
	const char *text = json_string_value(grid_value(g, key, row));

	return text ? text : "";
}

/* What no other row has a value for is unknown of them. */
static json_t *column_filled(json_t *columns, const char *key, size_t n)
{
	json_t *column = json_object_get(columns, key);

	if (!json_is_array(column)) {
		column = json_array();
		json_object_set_new(columns, key, column);
	}
	while (json_array_size(column) < n)
		json_array_append_new(column, json_null());
	return column;
}

void grid_append(json_t *columns, const json_t *row)
{
	size_t n = json_array_size(json_object_get(columns, "group"));
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
	{
		if (!json_is_null(value))
			json_array_append(column_filled(columns, key, n), value);
	}
}
