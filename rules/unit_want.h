/* What a policy means for systemd's units: a value for each knob of each unit, and of the slices on the way. */
#pragma once

#include <cgq/machine.h>
#include <cgq/unit.h>

/*
 * want: of want_make(), with the values that a tree on v2 would have; nothing else of it is needed. A unit without a
 * group or with a refusal is asked nothing. Borrows places from the policy and nothing from seen. Never NULL.
 *
 * - One unit holds the group: it gets the group's limit, or of those above it the tightest.
 * - Several: a limit is split by demand (rules/unit_split.h); those of the children are within their parent's.
 * - A reservation of CPU is a weight at each level from the root on (rules/unit_weights.h). If the policy reserves no
 *   CPU and asks for none, weights are left alone.
 * - What systemd has no property for is impossible, with the reason, at each unit of the group.
 */
struct unit_want *unit_want_make(const struct policy *p, const struct machine *m, const struct want *want,
				 const struct seen_units *seen);
