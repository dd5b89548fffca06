/* What only shows across files, whatever the machine. */
#include "policy_check.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "group_namespaces.h"
#include "reading_order.h"

static void parents_check(const struct policy *p, struct faults *faults)
{
	for (size_t i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		int parent_len = (int)(g->name - g->path) - 1;

		if (g->parent == GROUP_NONE && parent_len >= 0)
			fault_add(faults, SEVERITY_FAULT, g->at, "[%s] has no parent: there is no section [%.*s]",
				  g->path, parent_len, g->path);
	}
}

/* What the children of one group reserve of it, so far in reading order. */
struct sum {
	uint64_t percent;
	bool has_fixed; /* cores or bytes */
};

/*
 * Percentages alone reach 100 % at most; what is reserved in cores or bytes then needs a rest. How much of one that
 * is depends on the machine: a matter of policy_lint().
 */
static bool sum_takes(struct sum *sum, const struct amount *a)
{
	bool fixed = a->kind != AMOUNT_PERCENT && a->n;
	struct sum next = { sum->percent + (a->kind == AMOUNT_PERCENT ? a->n : 0), sum->has_fixed || fixed };

	if (next.percent > PERCENT_WHOLE || (next.percent == PERCENT_WHOLE && next.has_fixed && a->n))
		return false;
	*sum = next;
	return true;
}

static void sum_fault(const struct policy *p, enum key key, const struct reserve *r, const struct sum *sum,
		      struct faults *faults)
{
	const char *of = r->parent == GROUP_NONE ? "the machine" : p->groups[r->parent].path;
	bool top = r->parent == GROUP_NONE;

	fault_add(faults, SEVERITY_FAULT, r->setting->at,
		  "%s: '%s' reserves too much: other groups reserve %g%%%s of %s%s%s already", key_rows[key].name,
		  r->setting->text, (double)sum->percent / 1000, sum->has_fixed ? " and more" : "", top ? "" : "[", of,
		  top ? "" : "]");
}

static void reserves_check(const struct policy *p, enum key key, struct faults *faults)
{
	auto_free struct sum *sums = must_alloc((p->n_groups + 1) * sizeof(*sums)); /* [0]: of the machine */
	auto_free struct reserve *list = NULL;
	size_t n;

	list = reserves_in_order(p, key, &n);
	for (size_t i = 0; i < n; i++) {
		struct sum *sum = &sums[list[i].parent == GROUP_NONE ? 0 : list[i].parent + 1];

		if (!sum_takes(sum, list[i].amount))
			sum_fault(p, key, &list[i], sum, faults);
	}
}

void policy_check(const struct policy *p, const struct machine *m, struct faults *faults)
{
	parents_check(p, faults);
	reserves_check(p, KEY_CPU, faults);
	reserves_check(p, KEY_MEMORY_LOW, faults);
	reserves_check(p, KEY_MEMORY_MIN, faults);
	group_nets_check(p, faults);
}
