/* The rows of an answer become a table with the columns that are wanted, or JSON with those keys. */
#include "rows.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "command.h"
#include "exits.h"
#include "grid.h"
#include "order.h"
#include "say.h"
#include "table.h"

#define THROTTLED_MUCH_PERCENT 10 /* of its time slices: people begin to feel it */
#define MEMORY_FULL_PERCENT    95 /* of its ceiling: reclaim is at work, a kill is near */

static void forms_set(const struct options *o, struct rows *ret)
{
	ret->options = o;
	terminal_look(stdout, o->values[OPTION_COLOR], &ret->terminal);
	cell_form_init(o, &ret->terminal, &ret->form);
}

int rows_init(const struct options *o, struct rows *ret)
{
	const char *sort = o->values[OPTION_SORT];
	struct err e = {0};

	*ret = (struct rows){.set = o->command->columns};
	forms_set(o, ret);
	if (columns_choose(ret->set, o->values[OPTION_OUTPUT], ret->form.raw, &ret->choice, &e) == 0 &&
	    (!sort || column_find(ret->set, sort, strlen(sort), &ret->sort, &e) == 0))
		return 0;
	say("%s", e.text);
	return EXIT_USAGE;
}

void rows_init_usual(const struct options *o, const struct column_set *set, struct rows *ret)
{
	*ret = (struct rows){.set = set};
	forms_set(o, ret);
	columns_choose(set, NULL, ret->form.raw, &ret->choice, NULL);
}

static bool is_any_known(const struct grid *g, const struct column *c)
{
	struct grid_key key = grid_key(g, c->key);

	for (size_t i = 0; i < g->n; i++) {
		const json_t *value = grid_value(g, &key, i);

		if (value && !json_is_null(value) && (c->kind != COLUMN_MARK || json_is_true(value)))
			return true;
	}
	return false;
}

/* A column about which nothing is known says nothing to a person; a script gets it all the same. */
static void shy_hide(struct rows *r, const struct grid *g)
{
	struct column_choice *choice = &r->choice;
	size_t n = 0;

	if (r->form.raw)
		return;
	for (size_t i = 0; i < choice->n; i++) {
		const struct column *c = choice->columns[i];

		if (!choice->asked[i] && c->flags & COLUMN_SHY && !is_any_known(g, c))
			continue;
		choice->columns[n] = c;
		choice->asked[n] = choice->asked[i];
		memmove(choice->headings[n++], choice->headings[i], COLUMN_NAME_BYTES);
	}
	choice->n = n;
}

/* A grid, with the keys that every row is asked for. */
struct sight {
	const struct rows *r;
	const struct grid *g;
	struct grid_key group, member_of, memory_max;
	struct grid_key columns[COLUMNS_MAX];
};

static void sight_init(const struct rows *r, const struct grid *g, struct sight *ret)
{
	*ret = (struct sight){
		.r = r,
		.g = g,
		.group = grid_key(g, "group"),
		.member_of = grid_key(g, ROW_MEMBER_OF),
		.memory_max = grid_key(g, "memory_max_bytes"),
	};
	for (size_t i = 0; i < r->choice.n; i++)
		ret->columns[i] = grid_key(g, r->choice.columns[i]->key);
}

static bool is_member(const struct sight *s, size_t row)
{
	return *grid_text(s->g, &s->member_of, row);
}

static enum colour cell_colour(const struct sight *s, const struct column *c, const json_t *value, size_t row)
{
	double limit;

	if (!s->r->terminal.colours)
		return COLOUR_PLAIN;
	limit = json_number_value(grid_value(s->g, &s->memory_max, row));
	if (c->kind == COLUMN_STATE && json_is_string(value))
		return colour_of_state(json_string_value(value));
	if (strcmp(c->key, "throttled_percent") == 0 && json_number_value(value) >= THROTTLED_MUCH_PERCENT)
		return COLOUR_CARE;
	if (strcmp(c->key, "memory_bytes") == 0 && limit > 0 && json_number_value(value) * 100 >= limit * MEMORY_FULL_PERCENT)
		return COLOUR_CARE;
	if (strcmp(c->key, "danger") == 0 || strcmp(c->key, "reason") == 0)
		return COLOUR_CARE;
	if (c->kind == COLUMN_MARK)
		return COLOUR_CARE;
	if (c->kind == COLUMN_YESNO && !json_is_true(value))
		return COLOUR_BAD;
	return COLOUR_PLAIN;
}

static void columns_put(const struct rows *r, bool tree, struct table *t)
{
	for (size_t i = 0; i < r->choice.n; i++) {
		const struct column *c = r->choice.columns[i];

		table_column(t, r->choice.headings[i],
			     (c->flags & COLUMN_RIGHT ? TABLE_RIGHT : 0) | (c->flags & COLUMN_CUT ? TABLE_CUT : 0) |
				     (c->flags & COLUMN_TAIL ? TABLE_TAIL : 0) |
				     (tree && c->flags & COLUMN_TREE ? TABLE_TREE : 0),
			     r->choice.asked[i] ? 0 : c->drop);
	}
}

/* Of "web" for "web/php", and of its group for a member, whose name may hold a slash. 0: it stands at the top. */
static size_t parent_length(const struct sight *s, size_t row)
{
	const char *path = grid_text(s->g, &s->group, row), *slash = strrchr(path, '/');

	if (is_member(s, row))
		return strlen(grid_text(s->g, &s->member_of, row));
	return slash ? (size_t)(slash - path) : 0;
}

/* seen: path to number of row. */
static size_t parent_of(const struct sight *s, size_t row, const json_t *seen)
{
	auto_free char *parent = must_strndup(grid_text(s->g, &s->group, row), parent_length(s, row));
	const json_t *number = json_object_get(seen, parent);

	return number ? (size_t)json_integer_value(number) : TABLE_NO_PARENT;
}

/* Of a member, what is not even unknown is nothing: processes of one name have no ceiling. */
static char *cell_of(const struct sight *s, const struct column *c, const json_t *value, size_t row)
{
	if (!value && !s->r->form.raw && is_member(s, row))
		return must_strdup("");
	return cell_value_text(c, value, json_array_get(s->g->rows, row), &s->r->form);
}

static void row_put(const struct sight *s, size_t row, size_t parent, struct table *t)
{
	size_t n = table_row(t, parent);

	for (size_t i = 0; i < s->r->choice.n; i++) {
		const struct column *c = s->r->choice.columns[i];
		const json_t *value = grid_value(s->g, &s->columns[i], row);
		char *text = cell_of(s, c, value, row);

		if (parent != TABLE_NO_PARENT && c->flags & COLUMN_TREE) {
			size_t above = parent_length(s, row) + 1;

			memmove(text, text + above, strlen(text + above) + 1);
		}
		table_cell(t, n, i, text, cell_colour(s, c, value, row));
	}
}

/* A tree has the order that it came in. */
static void rows_put(const struct sight *s, bool tree, struct table *t)
{
	auto_free size_t *order = order_make(s->g, s->r->sort);
	json_t *seen = json_object();

	for (size_t n = 0; n < s->g->n; n++) {
		size_t i = order[n];
		const char *group = grid_text(s->g, &s->group, i);

		row_put(s, i, tree ? parent_of(s, i, seen) : TABLE_NO_PARENT, t);
		if (tree && !is_member(s, i) && !json_object_get(seen, group))
			json_object_set_new(seen, group, json_integer((json_int_t)i));
	}
	json_decref(seen);
}

int rows_show(const struct rows *r, const json_t *rows, bool tree, unsigned indent)
{
	struct grid g = grid_of_rows(rows);

	return rows_show_grid(r, &g, tree, indent);
}

int rows_show_grid(const struct rows *r, const struct grid *g, bool tree, unsigned indent)
{
	struct rows own = *r;
	struct sight sight;
	struct table_form form = {
		.terminal = r->terminal,
		.raw = r->form.raw,
		.headings = !r->options->set[OPTION_NOHEADINGS],
		.indent = indent,
	};
	struct table *t = table_new();
	int status;

	tree = tree && (r->terminal.is_terminal || r->options->set[OPTION_TREE]) && !r->form.raw && !r->sort;
	shy_hide(&own, g);
	sight_init(&own, g, &sight);
	columns_put(&own, tree, t);
	rows_put(&sight, tree, t);
	status = table_print(t, &form, stdout) < 0 ? r->options->command->failed : 0;
	table_free(t);
	return status;
}

static void keys_keep(const struct rows *r, json_t *row)
{
	void *next;
	const char *key;
	json_t *value;

	json_object_foreach_safe(row, next, key, value)
	{
		bool wanted = false;

		for (size_t i = 0; i < r->choice.n && !wanted; i++)
			wanted = strcmp(r->choice.columns[i]->key, key) == 0;
		if (!wanted)
			json_object_del(row, key);
	}
}

void rows_keep_list(const struct rows *r, json_t *list)
{
	json_t *row;
	size_t i;

	if (r->choice.usual)
		return;
	json_array_foreach(list, i, row)
	{
		keys_keep(r, row);
	}
}

void rows_keep(const struct rows *r, json_t *answer)
{
	if (r->choice.usual)
		return;
	if (r->set->rows)
		rows_keep_list(r, json_object_get(answer, r->set->rows));
	else
		keys_keep(r, answer);
}

int rows_json(const struct rows *r, json_t *answer, const char *also)
{
	rows_keep(r, answer);
	if (also && !r->choice.usual && r->set->rows)
		keys_keep(r, json_object_get(answer, also));
	if (json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15)) < 0)
		return 0; /* main tells of a stdout that takes nothing */
	putchar('\n');
	return 0;
}
