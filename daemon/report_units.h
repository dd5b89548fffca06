/* The units of systemd that groups are limited on: of a group, on the way to them, and of one process. */
#pragma once

#include <jansson.h>

#include <cgq/unit.h>

#include "group_usage.h"

/* Of the group itself, without its children: [{"unit","cgroup","procs",…}]; null where the placement is a tree. */
json_t *report_units(const struct view *v, unsigned group, const struct usages *usages);
/* What cgqd has changed of the slices that the group's units are in: [{"unit","cgroup","property","file","was","now"}]. */
json_t *report_on_the_way(const struct view *v, unsigned group);
/* The unit with that name that was seen last; NULL: none of these. */
const struct seen_unit *report_unit_find(const struct view *v, const char *name);
