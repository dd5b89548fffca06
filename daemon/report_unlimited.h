/* Why no limit of its group holds a process, though it belongs to one; which unit of systemd it is in. */
#pragma once

#include <jansson.h>

#include <cgq/facts.h>

#include "view.h"

/* now: with the cgroups that it is in, not those that it came from. group: its own, or GROUP_NONE. Adds "unit" and "unlimited". */
void put_unlimited(const struct view *v, const struct proc_facts *now, unsigned group, json_t *o);
