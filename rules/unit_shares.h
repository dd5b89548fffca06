/* What weights guarantee: the part of the machine that a unit gets when all who want CPU take theirs. */
#pragma once

#include <cgq/unit.h>

/* Does it want CPU, as far as is known? */
bool unit_wants_cpu(const struct seen_unit *u);

/*
 * The weight of what no group reserves CPU for, in a slice: of the children in no list (one of the default weight, if
 * none of them wants CPU), and of those in the list that are not limited.
 */
double unit_others_weight(const struct unit_want *u, const struct seen_units *seen, unsigned slice);

/* Which values count: unit_in_force(), or what systemd has set. */
typedef const struct value *unit_value_of(const struct seen_unit *u, enum knob k);

/* By unit and slice, of the machine (1), with those weights. */
void unit_shares(const struct unit_want *u, const struct seen_units *seen, unit_value_of *of, double *ret);
