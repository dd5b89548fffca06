/* The knobs of a group: wanted, effective, where from, and why not. */
#pragma once

#include "report_json.h"
#include "view.h"

/* Appends those that the group asks for, and those that are not as they are by default. */
void report_knobs(const struct view *v, unsigned group, json_t *list);
