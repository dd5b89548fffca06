/* One row of the list: a group's usage, what is in force for it, and how it stands. */
#pragma once

#include "group_usage.h"
#include "report_json.h"
#include "state.h"

json_t *report_usage(const char *group, const struct group_usage *u, const struct group_state *s);
json_t *report_outside(const struct view *v, const struct usages *all);
