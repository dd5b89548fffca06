/* What only shows across files, and the lint. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

/* Parents exist, percentages of reservations sum to at most 100 % of the parent … Faults name the line, in reading order, that makes it so. */
void policy_check(const struct policy *p, const struct machine *m, struct faults *faults);

/* Warnings and hints: rules that can never win, reservations of nothing, more cores than there are … */
void policy_lint(const struct policy *p, const struct machine *m, struct faults *faults);
