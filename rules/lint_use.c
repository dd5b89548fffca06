/* Ceilings of memory below what is in use already. */
#include "policy_check.h"

#include <stdlib.h>

#include <cgq/auto.h>

#include "lint_values.h"

/* A group's ceiling holds for its children's processes too; children stand behind their parents. */
static struct group_use *with_children(const struct policy *p, const struct group_use *use)
{
	struct group_use *all = must_alloc((p->n_groups + 1) * sizeof(*all));

	for (size_t i = p->n_groups; i-- > 0;) {
		unsigned parent = p->groups[i].parent;

		all[i].procs += use[i].procs;
		all[i].bytes += use[i].bytes;
		if (parent == GROUP_NONE)
			continue;
		all[parent].procs += all[i].procs;
		all[parent].bytes += all[i].bytes;
	}
	return all;
}

void policy_lint_use(const struct policy *p, const struct machine *m, const struct group_use *use,
		     struct faults *faults)
{
	struct dimension d = dimension_of(KEY_MEMORY, m);
	auto_free double *ceilings = values_make(p, &d, false);
	auto_free struct group_use *all = with_children(p, use);

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		const struct setting *s = group_setting(g, KEY_MEMORY);

		if (!s->at.file || !g->enforce || !((double)all[i].bytes > ceilings[i]))
			continue;
		fault_add(faults, SEVERITY_WARNING, s->at,
			  "memory: processes that fit now use at least %s (%u of them), more than the ceiling of '%s'",
			  AMOUNT_SHOWN(KEY_MEMORY, (double)all[i].bytes), all[i].procs, s->text);
	}
}
