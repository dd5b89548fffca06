/* What is allowed, and almost certainly not meant; and what may be meant, and is worth a second look. */
#include "policy_check.h"

#include "lint.h"

void policy_lint(const struct policy *p, const struct machine *m, struct faults *faults)
{
	lint_rules(p, faults);
	lint_amounts(p, m, faults);
	lint_kept_memory(p, m, faults);
	lint_groups(p, m, faults);
	lint_nets(p, faults);
	lint_catch_alls(p, m, faults);
}

void policy_advise(const struct policy *p, const struct machine *m, struct faults *faults)
{
	lint_overlaps(p, faults);
	lint_overcommit(p, m, faults);
	lint_forgeable(p, faults);
}
