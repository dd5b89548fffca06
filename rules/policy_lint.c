/* What is allowed, and almost certainly not meant. */
#include "policy_check.h"

#include "lint.h"

void policy_lint(const struct policy *p, const struct machine *m, struct faults *faults)
{
	lint_rules(p, faults);
	lint_amounts(p, m, faults);
	lint_groups(p, m, faults);
}
