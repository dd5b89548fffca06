/* cgq unpin: rules decide about a process again. */
#include "command.h"
#include "deed.h"

int cmd_unpin(const struct options *o)
{
	json_int_t pid;
	int status = deed_pid(o, o->args[0], &pid);

	return status ? status : deed_ask(o, "Unpin", json_pack("{s:I}", "pid", pid), NULL);
}
