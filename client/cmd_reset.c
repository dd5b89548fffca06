/* cgq reset: gives a group, or everything, back as it was. */
#include "command.h"
#include "deed.h"

int cmd_reset(const struct options *o)
{
	return deed_ask(o, "Reset", json_pack("{s:s?}", "group", o->n_args ? o->args[0] : NULL), NULL);
}
