/* What only shows across files, and the lint. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

/* Parents exist, percentages of reservations sum to at most 100 % of the parent … Faults name the line, in reading order, that makes it so. */
void policy_check(const struct policy *p, const struct machine *m, struct faults *faults);

/* Warnings: rules that can never win, reservations of nothing, more cores than there are … */
void policy_lint(const struct policy *p, const struct machine *m, struct faults *faults);

/*
 * Hints, for who writes a policy and asks: what may be meant, and is worth a second look. Overlapping rules, ceilings
 * that sum to more than there is, names that anyone can take. cgqd never asks for them.
 */
void policy_advise(const struct policy *p, const struct machine *m, struct faults *faults);

/* What the members of a group itself would be now, without its children's; at least so much. */
struct group_use {
	unsigned procs;
	uint64_t bytes;
};

/* Warnings: ceilings of memory that are below the use. use: by group. */
void policy_lint_use(const struct policy *p, const struct machine *m, const struct group_use *use,
		     struct faults *faults);
