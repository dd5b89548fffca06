/* What would be held back if a passive group were enforced. */
#include "would.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "want_make.h"

/* Of /proc's ticks of 10 ms some fall into the next second: a ceiling that is just reached is not passed. */
#define CPU_SLACK 1.02

struct want *would_want(const struct policy *p, const struct machine *m)
{
	struct policy enforced = *p;
	auto_free struct group *groups = must_alloc((p->n_groups + 1) * sizeof(*groups));

	if (p->n_groups)
		memcpy(groups, p->groups, p->n_groups * sizeof(*groups));
	for (size_t g = 0; g < p->n_groups; g++)
		groups[g].enforce = true;
	enforced.groups = groups;
	return want_make(&enforced, m, false, NULL);
}

static struct counter number_of(const struct wanted *w)
{
	return (struct counter){w->asked && w->value.kind == VALUE_NUMBER, w->value.number};
}

void would_limits(const struct want *w, unsigned group, struct would_limits *ret)
{
	const struct node *n = w->n ? &w->nodes[w->node_of_group[group]] : NULL;

	*ret = (struct would_limits){.cpu_percent = -1};
	if (!n || (!w->hierarchies && !w->in_place))
		return;
	ret->cpu_percent = n->cpu_max_percent;
	ret->memory_bytes = number_of(&n->wanted[KNOB_MEMORY_MAX]);
	ret->tasks = number_of(&n->wanted[KNOB_TASKS_MAX]);
}

/* A tick that could not be measured begins anew: the mean of what is left would be of another time. */
static double cpu_mean(struct would_track *t, double percent)
{
	double sum = 0;

	if (percent < 0) {
		t->n_cpu = t->at = 0;
		return -1;
	}
	t->cpu[t->at] = percent;
	t->at = (t->at + 1) % WOULD_TICKS;
	t->n_cpu += t->n_cpu < WOULD_TICKS;
	for (unsigned i = 0; i < t->n_cpu; i++)
		sum += t->cpu[i];
	return sum / t->n_cpu;
}

static double limit_of(const struct would_limits *l, enum would what)
{
	const struct counter *c = what == WOULD_MEMORY ? &l->memory_bytes : &l->tasks;

	if (what == WOULD_CPU)
		return l->cpu_percent;
	return c->known ? (double)c->value : -1;
}

static bool is_over(const struct would_track *t, const struct would_limits *l, enum would what)
{
	double limit = limit_of(l, what);

	return limit >= 0 && t->now[what] > limit * (what == WOULD_CPU ? CPU_SLACK : 1);
}

static void one_tick(struct would_track *t, const struct would_limits *l, enum would what, uint32_t *begun, uint32_t *ended)
{
	t->firm[what] = is_over(t, l, what) == t->over[what] ? 0 : t->firm[what] + 1;
	if (t->over[what]) {
		t->ticks[what]++;
		if (t->now[what] > t->most[what])
			t->most[what] = t->now[what];
	}
	if (t->firm[what] < WOULD_FIRM)
		return;
	t->firm[what] = 0;
	t->over[what] = !t->over[what];
	if (!t->over[what]) {
		*ended |= 1U << what;
		return;
	}
	*begun |= 1U << what;
	t->times[what]++;
	t->ticks[what] = WOULD_FIRM;
	t->most[what] = t->now[what];
}

void would_tick(struct would_track *t, const struct would_limits *l, const struct would_use *u, uint32_t *ret_begun,
		uint32_t *ret_ended)
{
	*ret_begun = *ret_ended = 0;
	t->now[WOULD_CPU] = cpu_mean(t, u->cpu_percent);
	t->now[WOULD_MEMORY] = u->memory_bytes.known ? (double)u->memory_bytes.value : -1;
	t->now[WOULD_TASKS] = u->tasks.known ? (double)u->tasks.value : -1;
	for (unsigned what = 0; what < WOULD__COUNT; what++)
		one_tick(t, l, what, ret_begun, ret_ended);
}
