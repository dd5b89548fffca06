/* What units come to for their group: what should be read back of all of them together, and what is. */
#pragma once

#include <cgq/machine.h>
#include <cgq/unit.h>

/*
 * The values of each group's node become what its units, and those of its children, should come to: limits and weights
 * summed up, lists where they are alike. What is not asked, or where nothing runs, is UNKNOWN; with every unit refused
 * it is impossible, for the reason of the first. A node that already says impossible keeps its reason. Texts come to lie
 * in want's arena.
 */
void unit_want_tell(struct want *want, const struct policy *p, const struct unit_want *u, const struct seen_units *seen);

/*
 * What the kernel has in force for a group, in the form that unit_want_tell() gives, so that value_equal() of both says
 * whether it is as wanted: sums; MAX when one unit is not limited; UNKNOWN when one cannot be read, lists differ, or
 * there is no unit that runs.
 */
void unit_effective(const struct policy *p, const struct unit_want *u, const struct seen_units *seen, unsigned group,
		    enum knob k, struct value *ret);

/*
 * The CPU that is reserved for a group, in percent of the machine as policies count (100 is what system.cpu leaves), by
 * the weights that stand in the kernel: at most what the policy reserves. Negative: nothing, or not known.
 */
double unit_min_percent(const struct policy *p, const struct machine *m, const struct unit_want *u,
			const struct seen_units *seen, unsigned group);
