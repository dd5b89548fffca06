/* cgq thaw: a frozen group runs again. */
#include "command.h"
#include "deed.h"

int cmd_thaw(const struct options *o)
{
	return deed_ask(o, "Thaw", json_pack("{s:s}", "group", o->args[0]), NULL);
}
