/* cgq reset: gives a group, or everything, back as it was. */
#include "ask.h"
#include "command.h"
#include "rows.h"

int cmd_reset(const struct options *o)
{
	json_t *answer = NULL;
	int status = ask(o, "Reset", json_pack("{s:s?}", "group", o->n_args ? o->args[0] : NULL), &answer);

	if (status == 0 && o->set[OPTION_JSON])
		status = rows_json(&(struct rows){.choice.usual = true}, answer, NULL);
	json_decref(answer);
	return status;
}
