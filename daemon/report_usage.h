/* One row of the list: a group's usage, what is in force for it, and how it stands. */
#pragma once

#include "group_usage.h"
#include "report_json.h"
#include "state.h"

/* Adds what a group, or one of its units, uses and may use. */
void put_shares(json_t *o, const struct group_usage *u);
json_t *report_usage(const char *group, const struct group_usage *u, const struct group_state *s);
/* The same of a group, with its units. */
json_t *report_group(const struct view *v, unsigned group, const struct usages *usages, const struct group_state *states);
json_t *report_outside(const struct view *v, const struct usages *all);
/* The same of all groups, as a list for each key: of those that keys names and about which anything is known, else null. */
json_t *report_columns(const json_t *keys, const struct policy *p, const struct usages *usages, const struct group_state *states);
