/* The parts of policy_lint(). All of them warn, none refuses. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

/* Rules that can never win. */
void lint_rules(const struct policy *p, struct faults *faults);

/* Amounts against those of the parent, each other and the machine. */
void lint_amounts(const struct policy *p, const struct machine *m, struct faults *faults);

/* Settings that contradict or come to nothing. */
void lint_groups(const struct policy *p, const struct machine *m, struct faults *faults);
