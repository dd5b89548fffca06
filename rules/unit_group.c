/* What units come to for their group: what should be read back of all of them together, and what is. */
#include "unit_group.h"

#include <cgq/auto.h>

#include "unit_parts.h"
#include "unit_shares.h"
#include "unit_value.h"

#define PERIOD_USEC	 100000
#define SECOND_USEC	 1000000
#define QUOTA_LEAST_USEC 1000

/* How several values are one. */
struct total {
	unsigned n;
	bool unknown, unlimited, differ;
	uint64_t sum;
	const struct value *first;
};

static void total_add(struct total *t, enum knob k, const struct value *v)
{
	t->unknown |= v->kind == VALUE_UNKNOWN;
	t->unlimited |= v->kind == VALUE_MAX;
	t->differ |= t->n && !value_equal(t->first, v);
	t->sum += v->kind == VALUE_QUOTA ? unit_quota_usec(v) : v->number;
	t->first = t->n++ ? t->first : v;
}

/* As in a tree of ours: a period of 100 ms, of a second for what would be below 1 ms. */
static struct value quota_total(uint64_t usec)
{
	struct value v = { .kind = VALUE_QUOTA, .number = (usec + 5) / 10, .period = PERIOD_USEC };

	if (v.number < QUOTA_LEAST_USEC)
		v = (struct value){ .kind = VALUE_QUOTA, .number = usec, .period = SECOND_USEC };
	return v;
}

static bool is_flag(enum knob k)
{
	return knob_rows[k].form == FORM_LIST || knob_rows[k].form == FORM_NUMBER || knob_rows[k].form == FORM_FREEZE;
}

static struct value total_value(const struct total *t, enum knob k)
{
	if (!t->n || t->unknown || (is_flag(k) && t->differ))
		return (struct value){ .kind = VALUE_UNKNOWN };
	if (t->unlimited)
		return (struct value){ .kind = VALUE_MAX, .period = k == KNOB_CPU_MAX ? PERIOD_USEC : 0 };
	if (is_flag(k))
		return *t->first;
	return k == KNOB_CPU_MAX ? quota_total(t->sum) : (struct value){ .kind = VALUE_NUMBER, .number = t->sum };
}

static bool is_of(const struct policy *p, const struct unit_want *u, unsigned unit, unsigned group)
{
	return u->list[unit].group != GROUP_NONE && unit_group_is_in(p, u->list[unit].group, group);
}

/* An idle unit has no weight. */
static bool has_weight(const struct unit_want *u, unsigned unit, enum knob k)
{
	const struct value *idle = &u->list[unit].wanted[KNOB_CPU_IDLE].value;

	return k != KNOB_CPU_WEIGHT || idle->kind != VALUE_NUMBER || !idle->number;
}

static bool anything_runs(const struct policy *p, const struct unit_want *u, const struct seen_units *seen, unsigned group)
{
	for (unsigned i = 0; i < u->n; i++)
		if (is_of(p, u, i, group) && seen->list[i].cgroup)
			return true;
	return false;
}

static struct value wanted_total(const struct policy *p, const struct unit_want *u, unsigned group, enum knob k)
{
	struct total t = { 0 };

	for (unsigned i = 0; i < u->n; i++)
		if (is_of(p, u, i, group) && has_weight(u, i, k))
			total_add(&t, k, &u->list[i].wanted[k].value);
	return total_value(&t, k);
}

void unit_effective(const struct policy *p, const struct unit_want *u, const struct seen_units *seen, unsigned group,
		    enum knob k, struct value *ret)
{
	struct total t = { 0 };

	*ret = (struct value){ .kind = VALUE_UNKNOWN };
	if (!anything_runs(p, u, seen, group))
		return;
	for (unsigned i = 0; i < u->n; i++) {
		const struct value *wanted = &u->list[i].wanted[k].value, *now = unit_in_force(&seen->list[i], k);

		if (!is_of(p, u, i, group) || !has_weight(u, i, k))
			continue;
		/* what systemd and the kernel made of it is the same, but for the rounding of a quota */
		total_add(&t, k, wanted->kind != VALUE_UNKNOWN && unit_value_holds(k, wanted, now) ? wanted : now);
	}
	*ret = total_value(&t, k);
}

/* The first unit of the group that is refused, or that this cannot be had of. */
static const char *reason_of(struct want *want, const struct policy *p, const struct unit_want *u,
			     const struct seen_units *seen, unsigned group, enum knob k)
{
	for (unsigned i = 0; i < u->n; i++) {
		const struct seen_unit *s = &seen->list[i];

		if (s->group == GROUP_NONE || !unit_group_is_in(p, s->group, group))
			continue;
		if (s->refusal)
			return arena_printf(&want->arena, "%s: %s", s->name, s->refusal);
		if (u->list[i].wanted[k].impossible)
			return arena_printf(&want->arena, "%s: %s", s->name, u->list[i].wanted[k].impossible);
	}
	return NULL;
}

void unit_want_tell(struct want *want, const struct policy *p, const struct unit_want *u, const struct seen_units *seen)
{
	for (size_t n = 0; n < want->n; n++) {
		struct node *node = &want->nodes[n];
		bool runs = node->group != GROUP_NONE && !node->self && anything_runs(p, u, seen, node->group);

		for (int k = 0; k < KNOB__COUNT; k++) {
			struct wanted *w = &node->wanted[k];

			if (w->asked && !w->impossible)
				w->impossible = reason_of(want, p, u, seen, node->group, (enum knob)k);
			w->value = runs ? wanted_total(p, u, node->group, (enum knob)k) :
					  (struct value){ .kind = VALUE_UNKNOWN };
			value_keep(&want->arena, &w->value);
		}
	}
}

double unit_min_percent(const struct policy *p, const struct machine *m, const struct unit_want *u,
			const struct seen_units *seen, unsigned group)
{
	auto_free double *share = must_alloc((seen->n + 1) * sizeof(*share));
	double sum = 0;

	if (!anything_runs(p, u, seen, group))
		return -1;
	unit_shares(u, seen, unit_in_force, share);
	for (unsigned i = 0; i < u->n; i++) {
		double got = share[i] / (1 - m->system_share) * 100, reserved = u->list[i].cpu_min_percent;

		if (is_of(p, u, i, group) && reserved > 0)
			sum += got < reserved * 0.995 ? got : reserved;
	}
	return sum > 0 ? sum : -1;
}
