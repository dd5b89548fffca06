/* What is reserved for a group, and for each of its units. */
#pragma once

#include "unit_parts.h"

/*
 * By unit, in percent of the machine as policies count; 0 for those that nothing is reserved for, and idle ones. What a
 * group reserves is its own units' and its children's, as far as there are any: the rest is not lost. Several units split
 * it by demand.
 */
void unit_reserve(const struct unit_wanting *c, double *ret);
/* Asked by its group or one above. */
bool unit_is_idle(const struct unit_wanting *c, unsigned unit);
