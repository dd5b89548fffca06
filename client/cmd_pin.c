/* cgq pin: a person's decision about one process. */
#include "command.h"
#include "deed.h"

int cmd_pin(const struct options *o)
{
	json_int_t pid;
	int status = deed_pid(o, o->args[0], &pid);

	if (status)
		return status;
	return deed_ask(o, "Pin",
			json_pack("{s:I, s:s, s:b}", "pid", pid, "group", o->args[1], "children", o->set[OPTION_CHILDREN]),
			NULL);
}
