/* What siblings come to together: ceilings that cannot all be used, and memory that is kept from everything outside. */
#include "lint.h"

#include <stdlib.h>

#include <cgq/auto.h>

#include "lint_values.h"
#include "reading_order.h"

/* Ceilings of the children of one group, so far in reading order. */
struct ceilings {
	double bytes;
	unsigned n;
	bool told;
};

/* What the groups below may fill before something else runs short. */
static double room_of(const struct dimension *d, unsigned parent, const double *values)
{
	return parent == GROUP_NONE ? d->machine - memory_for_outside(d->machine) : values[parent];
}

static void overcommit_tell(const struct policy *p, const struct dimension *d, const struct reserve *r, double above,
			    double sum, struct faults *faults)
{
	if (sum > above * SLACK)
		fault_add(faults, SEVERITY_HINT, r->setting->at,
			  "memory: with '%s' the ceilings sum to %s %s: all may run short with none at its ceiling",
			  r->setting->text, AMOUNT_SHOWN(KEY_MEMORY, sum), ABOVE_SHOWN(p, d, r->parent, above));
	else
		fault_add(faults, SEVERITY_HINT, r->setting->at,
			  "memory: with '%s' the ceilings sum to %s %s: little is sure to be left for everything outside",
			  r->setting->text, AMOUNT_SHOWN(KEY_MEMORY, sum), ABOVE_SHOWN(p, d, r->parent, above));
}

/* One alone above its parent's is warned of (lint_amounts.c); one alone that may have all is no sum. */
static void ceiling_add(const struct policy *p, const struct dimension *d, const struct reserve *r,
			const double *values, struct ceilings *sum, struct faults *faults)
{
	double above = r->parent == GROUP_NONE ? d->machine : values[r->parent];

	if (!p->groups[r->group].enforce || values[r->group] > above * SLACK)
		return;
	sum->bytes += values[r->group];
	sum->n++;
	if (sum->told || sum->n < 2 || !(sum->bytes > room_of(d, r->parent, values) * SLACK))
		return;
	sum->told = true;
	overcommit_tell(p, d, r, above, sum->bytes, faults);
}

void lint_overcommit(const struct policy *p, const struct machine *m, struct faults *faults)
{
	struct dimension d = dimension_of(KEY_MEMORY, m);
	auto_free double *values = values_make(p, &d, false);
	auto_free struct ceilings *sums = must_alloc((p->n_groups + 1) * sizeof(*sums)); /* [0]: of the machine */
	auto_free struct reserve *list = NULL;
	size_t n;

	list = reserves_in_order(p, KEY_MEMORY, &n);
	for (size_t i = 0; i < n; i++)
		ceiling_add(p, &d, &list[i], values, &sums[list[i].parent == GROUP_NONE ? 0 : list[i].parent + 1], faults);
}

/* memory.min is never reclaimed: what the groups keep of it, the kernel and everything outside must do without. */
void lint_kept_memory(const struct policy *p, const struct machine *m, struct faults *faults)
{
	struct dimension d = dimension_of(KEY_MEMORY_MIN, m);
	auto_free double *mins = values_make(p, &d, true);
	auto_free double *maxs = values_make(p, &(struct dimension){ KEY_MEMORY, d.machine }, false);
	auto_free struct reserve *list = NULL;
	double kept = 0;
	size_t n;

	list = reserves_in_order(p, KEY_MEMORY_MIN, &n);
	for (size_t i = 0; i < n; i++) {
		unsigned g = list[i].group;

		if (list[i].parent != GROUP_NONE || !p->groups[g].enforce)
			continue;
		kept += mins[g] < maxs[g] ? mins[g] : maxs[g];
		if (!(kept > (d.machine - memory_for_outside(d.machine)) * SLACK))
			continue;
		if (kept <= d.machine * SLACK) /* beyond that, it is told as too much */
			fault_add(faults, SEVERITY_WARNING, list[i].setting->at,
				  "memory.min: with '%s' groups keep %s %s: too little is left for sshd and all else outside",
				  list[i].setting->text, AMOUNT_SHOWN(KEY_MEMORY, kept),
				  ABOVE_SHOWN(p, &d, GROUP_NONE, d.machine));
		return;
	}
}
