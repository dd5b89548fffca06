/* cgq list: a row per group, and one for all that is in none. */
#include <cgq/auto.h>

#include "ask.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "field.h"
#include "grid.h"
#include "order.h"
#include "rows.h"
#include "say.h"

/* A row of its own, below that of its group. What it says nothing about is left out. */
static void member_add(json_t *rows, const char *group, const char *name, const json_t *member)
{
	json_t *row = json_deep_copy(member);

	json_object_set_new(row, "group", json_sprintf("%s/%s", group, name));
	json_object_set_new(row, ROW_MEMBER_OF, json_string(group));
	json_array_append_new(rows, row);
}

/* Where a group is limited on units, these are its members. */
static void members_add(json_t *rows, const json_t *group)
{
	const json_t *units = field_list(group, "units"), *one;
	const char *path = field_text(group, "group");
	size_t i;

	json_array_foreach((json_t *)units, i, one)
	{
		member_add(rows, path, field_text(one, "unit"), one);
	}
	if (json_array_size(units) > 0)
		return;
	json_array_foreach((json_t *)field_list(group, "processes"), i, one)
	{
		member_add(rows, path, field_is_known(one, "name") ? field_text(one, "name") : "(others)", one);
	}
}

static void groups_add(json_t *rows, const json_t *groups, bool members)
{
	const json_t *group;
	size_t i;

	json_array_foreach((json_t *)groups, i, group)
	{
		json_array_append(rows, (json_t *)group);
		if (members)
			members_add(rows, group);
	}
}

/* A row for everything outside, as the last one. NULL: nothing is known of it. */
static json_t *outside_of(json_t *answer)
{
	json_t *outside = json_object_get(answer, "outside");

	if (!json_is_object(outside))
		return NULL;
	if (!field_is_known(outside, "group"))
		json_object_set_new(outside, "group", json_string("outside"));
	return outside;
}

static int list_show(const struct rows *r, json_t *answer)
{
	json_t *outside = outside_of(answer);
	json_t *rows = json_array();
	int status;

	groups_add(rows, field_list(answer, "groups"), r->options->set[OPTION_TREE]);
	if (outside)
		json_array_append(rows, outside);
	status = rows_show(r, rows, true, 0);
	json_decref(rows);
	return status;
}

static int columns_show(const struct rows *r, json_t *answer)
{
	json_t *columns = json_object_get(answer, "groups"), *outside = outside_of(answer);
	struct grid g;

	if (!json_is_object(columns)) {
		columns = json_object();
		json_object_set_new(answer, "groups", columns);
	}
	if (outside)
		grid_append(columns, outside);
	g = grid_of_columns(columns);
	return rows_show_grid(r, &g, true, 0);
}

/* A file that was refused whole has no row that could say so. */
static void refusals_say(const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		say("%s: %s; see cgq status", field_text(one, "file"), refused_text(one));
	}
}

static json_t *keys_of(const struct rows *r)
{
	/* of a row's place in the tree, and its colours */
	json_t *keys = json_pack("[s, s]", "group", "memory_max_bytes");

	for (size_t i = 0; i < r->choice.n; i++)
		json_array_append_new(keys, json_string(r->choice.columns[i]->key));
	if (r->sort)
		json_array_append_new(keys, json_string(r->sort->key));
	return json_pack("{s:o}", "keys", keys);
}

/* What a table needs of each group, as lists, which are read ten times quicker. An earlier cgqd does not know how. */
static int ask_columns(const struct options *o, const struct rows *r, bool *ret_unknown)
{
	json_t *answer = NULL;
	int status = ask_unless(o, "ListColumns", keys_of(r), "org.varlink.service.MethodNotFound", ret_unknown, &answer);

	if (status == 0 && answer)
		status = columns_show(r, answer);
	if (status == 0 && answer)
		refusals_say(answer);
	json_decref(answer);
	return status;
}

/* In JSON too; outside has a key of its own there. */
static void groups_sort(const struct rows *r, json_t *answer)
{
	json_t *groups = json_object_get(answer, "groups"), *sorted = json_array();
	struct grid g = grid_of_rows(groups);
	auto_free size_t *order = order_make(&g, r->sort);

	for (size_t i = 0; i < g.n; i++)
		json_array_append(sorted, json_array_get(groups, order[i]));
	json_object_set_new(answer, "groups", sorted);
}

static int ask_rows(const struct options *o, const struct rows *r)
{
	json_t *answer = NULL;
	int status = ask(o, "List", o->set[OPTION_TREE] ? json_pack("{s:b}", "members", true) : json_object(), &answer);

	if (status == 0 && o->set[OPTION_JSON] && r->sort)
		groups_sort(r, answer);
	if (status == 0)
		status = o->set[OPTION_JSON] ? rows_json(r, answer, "outside") : list_show(r, answer);
	if (status == 0 && !o->set[OPTION_JSON])
		refusals_say(answer);
	json_decref(answer);
	return status;
}

int cmd_list(const struct options *o)
{
	bool whole = o->set[OPTION_JSON] || o->set[OPTION_TREE], unknown = false;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0 && r.sort && o->set[OPTION_TREE]) {
		say("list: --sort and --tree exclude each other");
		status = EXIT_USAGE;
	}
	if (status == 0 && !whole)
		status = ask_columns(o, &r, &unknown);
	if (status == 0 && (whole || unknown))
		status = ask_rows(o, &r);
	return status;
}
