/* cgq freeze: stops all processes of a group. */
#include "command.h"
#include "deed.h"

int cmd_freeze(const struct options *o)
{
	return deed_ask(o, "Freeze", json_pack("{s:s}", "group", o->args[0]), NULL);
}
