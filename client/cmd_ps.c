/* cgq ps: processes with their group and rule. */
#include "ask.h"
#include "command.h"
#include "field.h"
#include "rows.h"

int cmd_ps(const struct options *o)
{
	json_t *answer = NULL;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0)
		status = ask(o, "Ps", json_pack("{s:s?}", "group", o->n_args ? o->args[0] : NULL), &answer);
	if (status == 0)
		status = o->set[OPTION_JSON] ? rows_json(&r, answer, NULL)
					     : rows_show(&r, field_list(answer, "processes"), false, 0);
	json_decref(answer);
	return status;
}
