/* cgq kill: ends all processes of a group. */
#include "command.h"
#include "deed.h"
#include "exits.h"
#include "say.h"

int cmd_kill(const struct options *o)
{
	json_t *answer = NULL;
	int status = deed_ask(o, "Kill",
			      json_pack("{s:s, s:s?}", "group", o->args[0], "signal", o->values[OPTION_SIGNAL]), &answer);
	json_int_t left = json_integer_value(json_object_get(answer, "left"));

	if (left > 0) {
		say("%s: %lld processes are left; the kernel holds them, or they fork too fast", o->args[0], (long long)left);
		status = EXIT_DIFFERS;
	}
	json_decref(answer);
	return status;
}
