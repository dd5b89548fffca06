/* cgq list: a row per group, and one for all that is in none. */
#include "ask.h"
#include "command.h"
#include "faults.h"
#include "field.h"
#include "rows.h"
#include "say.h"

static int list_show(const struct rows *r, json_t *answer)
{
	json_t *outside = json_object_get(answer, "outside");
	json_t *rows = json_array();
	int status;

	json_array_extend(rows, json_object_get(answer, "groups"));
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
		status = ask(o, "List", json_object(), &answer);
	if (status == 0)
		status = o->set[OPTION_JSON] ? rows_json(&r, answer, "outside") : list_show(&r, answer);
	if (status == 0 && !o->set[OPTION_JSON])
		refusals_say(answer);
	json_decref(answer);
	return status;
}
