/* The parts of policy_lint(), which warn, and of policy_advise(), which hint. None refuses. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

/* Rules, and values of rules, that can never win. */
void lint_rules(const struct policy *p, struct faults *faults);

/* Amounts against those of the parent, each other and the machine. */
void lint_amounts(const struct policy *p, const struct machine *m, struct faults *faults);

/* So much memory.min that everything outside starves. */
void lint_kept_memory(const struct policy *p, const struct machine *m, struct faults *faults);

/* Settings that contradict or come to nothing. */
void lint_groups(const struct policy *p, const struct machine *m, struct faults *faults);

/* Keys of a network that come to nothing. */
void lint_nets(const struct policy *p, struct faults *faults);

/* Rules that take sshd and the journal, with all else, into a group that is held low. */
void lint_catch_alls(const struct policy *p, const struct machine *m, struct faults *faults);

/* Hints: rules of different groups that one process may fit. */
void lint_overlaps(const struct policy *p, struct faults *faults);

/* Hints: ceilings of memory that cannot all be used at once. */
void lint_overcommit(const struct policy *p, const struct machine *m, struct faults *faults);

/* Hints: reservations for whoever has the right name. */
void lint_forgeable(const struct policy *p, struct faults *faults);
