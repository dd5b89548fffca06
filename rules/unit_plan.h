/* What is asked of units and does not stand there becomes actions. */
#pragma once

#include <cgq/plan.h>
#include <cgq/unit.h>

/*
 * Empty when all is as wanted. Set is what differs, in systemd or in the kernel; given back is what has a before and is
 * wanted no more. Memory that is lowered comes first, then all else that is lowered, what has no size, and raises last,
 * so that the limits of one group's units never come to more than the group's in between.
 *
 * refusals: by name of the unit, with unit_value_text() as text, and as left what unit_in_force() showed afterwards; while
 * that still stands there, the same is not tried again. NULL: none.
 */
struct unit_plan *unit_plan_make(const struct unit_want *u, const struct seen_units *seen, const struct refusals *refusals);
