/* What several units of a group, and of its children, may have together: the part of each. */
#include "unit_parts.h"

#include <cgq/auto.h>

#include "unit_claims.h"
#include "unit_split.h"
#include "unit_value.h"

/* A drop-in has CPUQuota= with two digits after the point: of one CPU in percent, that is 100 us a second. */
#define QUOTA_QUANTUM_USEC    100
#define QUOTA_LEAST_USEC      1000 /* a second: below it the kernel says EINVAL, and systemd writes that */

/* The hard limit of memory comes before the soft one, which is within it at each unit. */
static const enum knob limits[] = {KNOB_CPU_MAX, KNOB_MEMORY_MAX, KNOB_MEMORY_HIGH, KNOB_SWAP_MAX, KNOB_TASKS_MAX};

static enum value_kind kind_of(enum knob k)
{
	return k == KNOB_CPU_MAX ? VALUE_QUOTA : VALUE_NUMBER;
}

static uint64_t quantum_of(const struct unit_wanting *c, enum knob k)
{
	if (k == KNOB_CPU_MAX)
		return QUOTA_QUANTUM_USEC;
	return k == KNOB_TASKS_MAX ? 1 : c->m->page_bytes;
}

static uint64_t amount_of(const struct unit_wanting *c, enum knob k, const struct value *v)
{
	if (v->kind != kind_of(k))
		return UINT64_MAX;
	return (k == KNOB_CPU_MAX ? unit_quota_usec(v) : v->number) / quantum_of(c, k);
}

static struct value value_of(const struct unit_wanting *c, enum knob k, uint64_t amount)
{
	uint64_t number = amount * quantum_of(c, k);

	return k == KNOB_CPU_MAX ? unit_quota_value(number) : (struct value){ .kind = VALUE_NUMBER, .number = number };
}

/* Of the groups above, and itself. */
static unsigned topmost_limited(const struct unit_wanting *c, unsigned group, enum knob k)
{
	unsigned top = GROUP_NONE, g = unit_group_asking(c, group, k, kind_of(k));

	while (g != GROUP_NONE) {
		top = g;
		g = c->p->groups[g].parent;
		g = g == GROUP_NONE ? g : unit_group_asking(c, g, k, kind_of(k));
	}
	return top;
}

static void limit_ask(const struct unit_wanting *c, unsigned unit, unsigned top, enum knob k, const struct value *v)
{
	unsigned by = unit_group_asking(c, c->seen->list[unit].group, k, kind_of(k));
	struct value asked = *v;

	if (k == KNOB_CPU_MAX && asked.number < QUOTA_LEAST_USEC) {
		asked.number = QUOTA_LEAST_USEC;
		unit_note(c, unit, k, "the least that the kernel gives is 1 ms a second");
	}
	unit_ask(c, unit, k, &asked, unit_group_wanted(c->want, by, k));
	c->u->list[unit].within[k] = top;
}

/* Alone: the tightest of its group's and those above, as near as a file of systemd's can have it. */
static void limit_alone(const struct unit_wanting *c, unsigned unit, unsigned top, enum knob k)
{
	struct value tightest = { .kind = VALUE_MAX };

	for (unsigned g = c->seen->list[unit].group; g != GROUP_NONE; g = c->p->groups[g].parent) {
		const struct wanted *w = unit_group_wanted(c->want, g, k);

		if (w && w->value.kind == kind_of(k) && unit_value_compare(k, &w->value, &tightest) < 0)
			tightest = w->value;
	}
	if (k == KNOB_CPU_MAX)
		tightest = value_of(c, k, amount_of(c, k, &tightest));
	limit_ask(c, unit, top, k, &tightest);
}

/* One limit while it is split. */
struct sharing {
	const struct unit_wanting *c;
	enum knob knob;
	unsigned top;	    /* the group whose limit it is */
	struct share *list;
	size_t n;
	unsigned *share_of; /* by group; UINT32_MAX: none */
	unsigned *units;    /* by share: its unit */
};

static void groups_share(struct sharing *s)
{
	const struct unit_wanting *c = s->c;

	for (unsigned g = 0; g < c->p->n_groups; g++) {
		const struct wanted *w = unit_group_wanted(c->want, g, s->knob);
		struct share *one = &s->list[s->n];

		s->share_of[g] = UINT32_MAX;
		if (!w || !c->units_below[g] || !unit_group_is_in(c->p, g, s->top))
			continue;
		one->most = amount_of(c, s->knob, &w->value);
		one->parent = g == s->top ? 0 : s->share_of[c->p->groups[g].parent];
		s->share_of[g] = (unsigned)s->n++;
	}
}

/* Were each limit split evenly among the units in it. */
static uint64_t even_part(const struct sharing *s, unsigned group)
{
	const struct unit_wanting *c = s->c;
	uint64_t part = UINT64_MAX;

	for (unsigned g = group; g != GROUP_NONE && s->share_of[g] != UINT32_MAX; g = c->p->groups[g].parent) {
		uint64_t most = s->list[s->share_of[g]].most;

		if (most != UINT64_MAX && most / c->units_below[g] < part)
			part = most / c->units_below[g];
	}
	return part;
}

static void units_share(struct sharing *s)
{
	const struct unit_wanting *c = s->c;

	for (unsigned i = 0; i < c->seen->n; i++) {
		const struct seen_unit *u = &c->seen->list[i];
		struct share *one = &s->list[s->n];

		if (!c->limited[i] || s->share_of[u->group] == UINT32_MAX)
			continue;
		*one = (struct share){ .parent = s->share_of[u->group], .is_unit = true, .most = UINT64_MAX };
		if (s->knob == KNOB_MEMORY_HIGH)
			one->most = amount_of(c, KNOB_MEMORY_MAX, &c->u->list[i].wanted[KNOB_MEMORY_MAX].value);
		one->now = amount_of(c, s->knob, &u->set[s->knob]);
		unit_claim(u, s->knob, c->m->cpus, even_part(s, u->group), quantum_of(c, s->knob), one);
		s->units[s->n++] = i;
	}
}

static void limit_split(const struct unit_wanting *c, unsigned top, enum knob k)
{
	size_t most = c->p->n_groups + c->seen->n;
	auto_free struct share *list = must_alloc(most * sizeof(*list));
	auto_free unsigned *share_of = must_alloc(c->p->n_groups * sizeof(*share_of));
	auto_free unsigned *units = must_alloc(most * sizeof(*units));
	struct sharing s = { c, k, top, list, 0, share_of, units };

	groups_share(&s);
	units_share(&s);
	unit_split(list, s.n);
	for (size_t i = 0; i < s.n; i++) {
		struct value v = value_of(c, k, list[i].part ? list[i].part : 1);

		if (list[i].is_unit)
			limit_ask(c, units[i], top, k, &v);
	}
}

/* Nothing above limits it: its group says max, or nothing. */
static void limit_lift(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	const struct wanted *w = unit_group_wanted(c->want, c->seen->list[unit].group, k);

	if (w->asked && w->value.kind == VALUE_MAX)
		unit_ask(c, unit, k, &(struct value){ .kind = VALUE_MAX }, w);
}

static void knob_want(const struct unit_wanting *c, enum knob k)
{
	auto_free bool *done = must_alloc(c->p->n_groups + 1);

	for (unsigned i = 0; i < c->seen->n; i++) {
		unsigned top;

		if (!c->limited[i])
			continue;
		top = topmost_limited(c, c->seen->list[i].group, k);
		if (top == GROUP_NONE)
			limit_lift(c, i, k);
		else if (c->units_below[top] == 1)
			limit_alone(c, i, top, k);
		else if (!done[top])
			limit_split(c, top, k);
		if (top != GROUP_NONE)
			done[top] = true;
	}
}

void unit_want_limits(const struct unit_wanting *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		knob_want(c, limits[i]);
}
