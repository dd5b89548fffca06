/* cgq list: a row per group, and one for all that is in none. */
#include "ask.h"
#include "command.h"
#include "faults.h"
#include "field.h"
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

static int list_show(const struct rows *r, json_t *answer)
{
	json_t *outside = json_object_get(answer, "outside");
	json_t *rows = json_array();
	int status;

	groups_add(rows, field_list(answer, "groups"), r->options->set[OPTION_TREE]);
	if (json_is_object(outside)) {
		if (!field_is_known(outside, "group"))
			json_object_set_new(outside, "group", json_string("outside"));
		json_array_append(rows, outside);
	}
	status = rows_show(r, rows, true, 0);
	json_decref(rows);
	return status;
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

int cmd_list(const struct options *o)
{
	json_t *answer = NULL;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0)
		status = ask(o, "List", o->set[OPTION_TREE] ? json_pack("{s:b}", "members", true) : json_object(), &answer);
	if (status == 0)
		status = o->set[OPTION_JSON] ? rows_json(&r, answer, "outside") : list_show(&r, answer);
	if (status == 0 && !o->set[OPTION_JSON])
		refusals_say(answer);
	json_decref(answer);
	return status;
}
