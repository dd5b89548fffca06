/* The rows of an answer become a table with the columns that are wanted, or JSON with those keys. */
#include "rows.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "command.h"
#include "exits.h"
#include "field.h"
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
	struct err e = {0};

	*ret = (struct rows){.set = o->command->columns};
	forms_set(o, ret);
	if (columns_choose(ret->set, o->values[OPTION_OUTPUT], ret->form.raw, &ret->choice, &e) == 0)
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

static bool is_any_known(const json_t *rows, const struct column *c)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		if (field_is_known(row, c->key) && (c->kind != COLUMN_MARK || field_is_true(row, c->key)))
			return true;
	}
	return false;
}

/* A column about which nothing is known says nothing to a person; a script gets it all the same. */
static void shy_hide(struct rows *r, const json_t *rows)
{
	struct column_choice *choice = &r->choice;
	size_t n = 0;

	if (r->form.raw)
		return;
	for (size_t i = 0; i < choice->n; i++) {
		const struct column *c = choice->columns[i];

		if (!choice->asked[i] && c->flags & COLUMN_SHY && !is_any_known(rows, c))
			continue;
		choice->columns[n] = c;
		choice->asked[n] = choice->asked[i];
		memmove(choice->headings[n++], choice->headings[i], COLUMN_NAME_BYTES);
	}
	choice->n = n;
}

static enum colour cell_colour(const struct column *c, const json_t *row)
{
	double limit = field_number(row, "memory_max_bytes");

	if (c->kind == COLUMN_STATE && field_is_known(row, c->key))
		return colour_of_state(field_text(row, c->key));
	if (strcmp(c->key, "throttled_percent") == 0 && field_number(row, c->key) >= THROTTLED_MUCH_PERCENT)
		return COLOUR_CARE;
	if (strcmp(c->key, "memory_bytes") == 0 && limit > 0 &&
	    field_number(row, c->key) * 100 >= limit * MEMORY_FULL_PERCENT)
		return COLOUR_CARE;
	if (strcmp(c->key, "danger") == 0 || strcmp(c->key, "reason") == 0)
		return COLOUR_CARE;
	if (c->kind == COLUMN_MARK)
		return COLOUR_CARE;
	if (c->kind == COLUMN_YESNO && !field_is_true(row, c->key))
		return COLOUR_BAD;
	return COLOUR_PLAIN;
}

static void columns_put(const struct rows *r, bool tree, struct table *t)
{
	for (size_t i = 0; i < r->choice.n; i++) {
		const struct column *c = r->choice.columns[i];

		table_column(t, r->choice.headings[i],
			     (c->flags & COLUMN_RIGHT ? TABLE_RIGHT : 0) | (c->flags & COLUMN_CUT ? TABLE_CUT : 0) |
				     (tree && c->flags & COLUMN_TREE ? TABLE_TREE : 0),
			     r->choice.asked[i] ? 0 : c->drop);
	}
}

/* Of "web" for "web/php", and of its group for a member, whose name may hold a slash. 0: it stands at the top. */
static size_t parent_length(const json_t *row)
{
	const char *path = field_text(row, "group"), *slash = strrchr(path, '/');

	if (field_is_known(row, ROW_MEMBER_OF))
		return strlen(field_text(row, ROW_MEMBER_OF));
	return slash ? (size_t)(slash - path) : 0;
}

/* seen: path to number of row. */
static size_t parent_of(const json_t *row, const json_t *seen)
{
	auto_free char *parent = must_strndup(field_text(row, "group"), parent_length(row));
	const json_t *number = json_object_get(seen, parent);

	return number ? (size_t)json_integer_value(number) : TABLE_NO_PARENT;
}

/* Of a member, what is not even unknown is nothing: processes of one name have no ceiling. */
static char *cell_of(const struct rows *r, const struct column *c, const json_t *row)
{
	if (field_is_known(row, ROW_MEMBER_OF) && !json_object_get(row, c->key) && !r->form.raw)
		return must_strdup("");
	return cell_text(c, row, &r->form);
}

static void row_put(const struct rows *r, const json_t *row, size_t parent, struct table *t)
{
	size_t n = table_row(t, parent);

	for (size_t i = 0; i < r->choice.n; i++) {
		const struct column *c = r->choice.columns[i];
		char *text = cell_of(r, c, row);
		size_t above = parent != TABLE_NO_PARENT && c->flags & COLUMN_TREE ? parent_length(row) + 1 : 0;

		memmove(text, text + above, strlen(text + above) + 1);
		table_cell(t, n, i, text, cell_colour(c, row));
	}
}

static void rows_put(const struct rows *r, const json_t *rows, bool tree, struct table *t)
{
	json_t *seen = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		const char *group = field_text(row, "group");

		row_put(r, row, tree ? parent_of(row, seen) : TABLE_NO_PARENT, t);
		if (tree && !field_is_known(row, ROW_MEMBER_OF) && !json_object_get(seen, group))
			json_object_set_new(seen, group, json_integer((json_int_t)i));
	}
	json_decref(seen);
}

int rows_show(const struct rows *r, const json_t *rows, bool tree, unsigned indent)
{
	struct rows own = *r;
	struct table_form form = {
		.terminal = r->terminal,
		.raw = r->form.raw,
		.headings = !r->options->set[OPTION_NOHEADINGS],
		.indent = indent,
	};
	struct table *t = table_new();
	int status;

	tree = tree && (r->terminal.is_terminal || r->options->set[OPTION_TREE]) && !r->form.raw;
	shy_hide(&own, rows);
	columns_put(&own, tree, t);
	rows_put(&own, rows, tree, t);
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

void rows_keep(const struct rows *r, json_t *answer)
{
	json_t *row;
	size_t i;

	if (r->choice.usual || !r->set->rows)
		return;
	json_array_foreach(json_object_get(answer, r->set->rows), i, row)
	{
		keys_keep(r, row);
	}
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
