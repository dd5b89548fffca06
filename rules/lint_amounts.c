/* Amounts against those of the parent, each other and the machine. */
#include "lint.h"

#include <math.h>
#include <stdlib.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "lint_values.h"
#include "reading_order.h"

/* One reservation; takes it off what is left of the parent's. */
static void reserve_lint(const struct policy *p, const struct dimension *d, const struct reserve *r,
			 const double *values, double *left, struct faults *faults)
{
	double above = r->parent == GROUP_NONE ? d->machine : values[r->parent];
	double wants = values[r->group];

	if (r->amount->n && above == 0) {
		fault_add(faults, SEVERITY_WARNING, r->setting->at, "%s: '%s' comes to nothing, being a part %s",
			  key_rows[d->key].name, r->setting->text, ABOVE_SHOWN(p, d, r->parent, above));
	} else if (wants > above * SLACK) {
		fault_add(faults, SEVERITY_WARNING, r->setting->at, "%s: '%s' reserves more than there is %s",
			  key_rows[d->key].name, r->setting->text, ABOVE_SHOWN(p, d, r->parent, above));
	} else if (wants > *left + above * (SLACK - 1)) {
		fault_add(faults, SEVERITY_WARNING, r->setting->at,
			  "%s: '%s' is more than the %s that others leave %s", key_rows[d->key].name, r->setting->text,
			  AMOUNT_SHOWN(d->key, *left), ABOVE_SHOWN(p, d, r->parent, above));
	} else {
		*left -= wants;
	}
}

static void reserves_lint(const struct policy *p, const struct dimension *d, struct faults *faults)
{
	auto_free double *values = values_make(p, d, true);
	auto_free double *left = must_alloc((p->n_groups + 1) * sizeof(*left)); /* [0]: of the machine */
	auto_free struct reserve *list = NULL;
	size_t n;

	left[0] = d->machine;
	for (size_t i = 0; i < p->n_groups; i++)
		left[i + 1] = values[i];
	list = reserves_in_order(p, d->key, &n);
	for (size_t i = 0; i < n; i++)
		reserve_lint(p, d, &list[i], values, &left[list[i].parent == GROUP_NONE ? 0 : list[i].parent + 1],
			     faults);
}

static bool is_fixed(const struct amount *a)
{
	return a->kind == AMOUNT_CORES || a->kind == AMOUNT_BYTES || a->kind == AMOUNT_COUNT;
}

static void ceiling_lint(const struct policy *p, const struct dimension *d, unsigned group, const double *ceilings,
			 struct faults *faults)
{
	const struct group *g = &p->groups[group];
	const struct setting *s = group_setting(g, d->key);
	double above = g->parent == GROUP_NONE ? d->machine : ceilings[g->parent];
	bool also_reserved = s->min.kind == s->max.kind && s->min.n == s->max.n; /* told as a reservation */

	if (s->at.file && is_fixed(&s->max) && !also_reserved && ceilings[group] > above * SLACK)
		fault_add(faults, SEVERITY_WARNING, s->at, "%s: the ceiling of '%s' is above that %s",
			  key_rows[d->key].name, s->text, ABOVE_SHOWN(p, d, g->parent, above));
}

/* Ends in different units can only be compared on a machine. */
static void range_lint(const struct policy *p, const struct dimension *d, unsigned group, const double *mins,
		       const double *maxs, struct faults *faults)
{
	const struct setting *s = group_setting(&p->groups[group], d->key);

	if (s->at.file && s->min.kind != s->max.kind && s->min.kind != AMOUNT_UNSET && mins[group] > maxs[group] * SLACK)
		fault_add(faults, SEVERITY_WARNING, s->at, "%s: '%s' begins above its end on this machine (%s and %s)",
			  key_rows[d->key].name, s->text, AMOUNT_SHOWN(d->key, mins[group]),
			  AMOUNT_SHOWN(d->key, maxs[group]));
}

/* memory.low and memory.min against the group's own ceiling of memory. */
static void protection_lint(const struct policy *p, const struct dimension *d, const double *ceilings,
			    struct faults *faults)
{
	auto_free double *values = values_make(p, d, true);

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct setting *s = group_setting(&p->groups[i], d->key);

		if (s->at.file && group_setting(&p->groups[i], KEY_MEMORY)->at.file && values[i] > ceilings[i] * SLACK)
			fault_add(faults, SEVERITY_WARNING, s->at, "%s: '%s' is more than the group's ceiling of %s",
				  key_rows[d->key].name, s->text, AMOUNT_SHOWN(KEY_MEMORY, ceilings[i]));
	}
}

/* A size is refused below that; what a percentage comes to, only a machine knows. */
static void least_lint(const struct policy *p, const struct dimension *d, unsigned group, const double *ceilings,
		       struct faults *faults)
{
	const struct setting *s = group_setting(&p->groups[group], d->key);

	if (d->key == KEY_MEMORY && s->at.file && s->max.kind == AMOUNT_PERCENT && ceilings[group] < MEMORY_LEAST_BYTES)
		fault_add(faults, SEVERITY_WARNING, s->at, "memory: '%s' comes to %s on this machine: no program starts below 1M",
			  s->text, AMOUNT_SHOWN(d->key, ceilings[group]));
}

/* The lower ends of memory are parts of the ceiling above, as its upper ends are. */
static double *softs_make(const struct policy *p, const struct dimension *d, const double *ceilings)
{
	double *ret = must_alloc((p->n_groups + 1) * sizeof(*ret));

	for (size_t i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];

		ret[i] = amount_value(&group_setting(g, d->key)->min, g->parent == GROUP_NONE ? d->machine : ceilings[g->parent],
				      0);
	}
	return ret;
}

static void ceilings_lint(const struct policy *p, const struct dimension *d, struct faults *faults)
{
	auto_free double *maxs = values_make(p, d, false);
	auto_free double *mins = d->key == KEY_CPU ? values_make(p, d, true) : softs_make(p, d, maxs);

	for (unsigned i = 0; i < p->n_groups; i++) {
		ceiling_lint(p, d, i, maxs, faults);
		range_lint(p, d, i, mins, maxs, faults);
		least_lint(p, d, i, maxs, faults);
	}
	if (d->key != KEY_MEMORY)
		return;
	protection_lint(p, &(struct dimension){ KEY_MEMORY_LOW, d->machine }, maxs, faults);
	protection_lint(p, &(struct dimension){ KEY_MEMORY_MIN, d->machine }, maxs, faults);
}

void lint_amounts(const struct policy *p, const struct machine *m, struct faults *faults)
{
	static const enum key reserved[] = { KEY_CPU, KEY_MEMORY_LOW, KEY_MEMORY_MIN };
	static const enum key limited[] = { KEY_CPU, KEY_MEMORY };

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		struct dimension d = dimension_of(reserved[i], m);

		reserves_lint(p, &d, faults);
	}
	for (size_t i = 0; i < ARRAY_SIZE(limited); i++) {
		struct dimension d = dimension_of(limited[i], m);

		ceilings_lint(p, &d, faults);
	}
	/* more swap or tasks than the machine can have is no mistake that hurts */
	ceilings_lint(p, &(struct dimension){ KEY_SWAP, INFINITY }, faults);
	ceilings_lint(p, &(struct dimension){ KEY_TASKS, INFINITY }, faults);
}
