/* Whether weights that stand are good enough to stay. */
#include "unit_weights.h"

#include <cgq/auto.h>

#include "unit_shares.h"

#define GROUP_ENOUGH  0.995 /* of what it is to have: weights are whole numbers */
#define UNIT_ENOUGH   0.9
#define OTHERS_ENOUGH 0.8

static const struct value *value_set(const struct seen_unit *u, enum knob k)
{
	return &u->set[k];
}

static bool is_ours(const struct seen_unit *u)
{
	return u->set[KNOB_CPU_WEIGHT].kind == VALUE_NUMBER && u->before[KNOB_CPU_WEIGHT].kind != VALUE_UNKNOWN;
}

static double least_of(double a, double b)
{
	return a < b ? a : b;
}

static bool units_good(const struct weighing *w, const double *now)
{
	for (unsigned i = 0; i < w->c->seen->n; i++) {
		if (w->reserved[i] <= 0 || unit_is_root(w->c->seen, i))
			continue;
		if (!is_ours(&w->c->seen->list[i]))
			return false;
		if (w->c->limited[i] && now[i] < least_of(w->share[i], w->reserved[i]) * UNIT_ENOUGH)
			return false;
	}
	return true;
}

/* Several units of a group may have less and more than their parts, but not all of them less. */
static bool groups_good(const struct weighing *w, const double *now)
{
	auto_free double *has = must_alloc((w->c->p->n_groups + 1) * sizeof(*has));
	auto_free double *due = must_alloc((w->c->p->n_groups + 1) * sizeof(*due));

	for (unsigned i = 0; i < w->c->seen->n; i++) {
		unsigned g = w->c->seen->list[i].group;

		if (!w->c->limited[i])
			continue;
		has[g] += now[i];
		due[g] += least_of(w->share[i], w->reserved[i]);
	}
	for (unsigned g = 0; g < w->c->p->n_groups; g++)
		if (has[g] < due[g] * GROUP_ENOUGH)
			return false;
	return true;
}

/* What a slice has beyond what is reserved in it. */
static void left_fill(const struct weighing *w, const double *share, double *left)
{
	for (unsigned i = 0; i < w->c->seen->n; i++)
		left[i] = share[i];
	for (unsigned i = 0; i < w->c->seen->n; i++)
		if (!unit_is_root(w->c->seen, i) && w->reserved[i] > 0)
			left[w->c->seen->list[i].slice] -= share[i];
}

static bool others_good(const struct weighing *w, const double *now)
{
	auto_free double *has = must_alloc((w->c->seen->n + 1) * sizeof(*has));
	auto_free double *due = must_alloc((w->c->seen->n + 1) * sizeof(*due));

	left_fill(w, now, has);
	left_fill(w, w->share, due);
	for (unsigned i = 0; i < w->c->seen->n; i++)
		if (unit_is_slice(&w->c->seen->list[i]) && w->reserved[i] > 0 && has[i] < due[i] * OTHERS_ENOUGH)
			return false;
	return true;
}

bool weights_good(const struct weighing *w)
{
	auto_free double *now = must_alloc((w->c->seen->n + 1) * sizeof(*now));

	unit_shares(w->c->u, w->c->seen, value_set, now);
	return units_good(w, now) && groups_good(w, now) && others_good(w, now);
}

void weights_keep(const struct weighing *w)
{
	unit_shares(w->c->u, w->c->seen, value_set, w->share);
	for (unsigned i = 0; i < w->c->seen->n; i++)
		if (w->reserved[i] > 0)
			w->weight[i] = (double)w->c->seen->list[i].set[KNOB_CPU_WEIGHT].number;
}
