/* The knobs of a group, as status and explain show them: wanted, effective, where from, and why not. */
#pragma once

#include <jansson.h>

#include "rows.h"

/* The table. 0, or -errno. */
int knobs_show(const struct options *o, const json_t *knobs);
/* Every value of all groups of an answer: a table, or JSON, of the columns that are wanted. 0, or an exit status. */
int knobs_table(const struct rows *r, const json_t *groups);
int knobs_json(const struct rows *r, const json_t *groups);
/* One line for each knob that is not in force, indented; how many there are. */
size_t knobs_reasons_show(const struct options *o, const json_t *knobs, const char *heading);
/* One line for each setting that another file says as well, and earlier. */
void knobs_overrides_show(const struct options *o, const json_t *knobs, const char *heading);
