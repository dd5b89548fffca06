/* cgq confirm: keeps what cgq reload --confirm applied. */
#include "ask.h"
#include "command.h"
#include "rows.h"

int cmd_confirm(const struct options *o)
{
	json_t *answer = NULL;
	int status = ask(o, "Confirm", json_object(), &answer);

	if (status == 0 && o->set[OPTION_JSON])
		status = rows_json(&(struct rows){.choice.usual = true}, answer, NULL);
	json_decref(answer);
	return status;
}
