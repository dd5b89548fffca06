/* Who is in each group, by name. */
#pragma once

#include <jansson.h>

#include "view.h"

/* Adds "processes" to each row of an answer of List: [{"name","procs"}], the most frequent first. */
void report_members(const struct view *v, json_t *answer);
