/* What is reserved for a group, and for each of its units. */
#include "unit_reserve.h"

#include <cgq/auto.h>

#include "unit_claims.h"

/* A reservation is split in millionths of the machine. */
#define MACHINE_QUANTA 1e6

struct family {
	double *percent;   /* by group: reserved for all in it */
	double *own;	   /* by group: what the node reserves for its own members */
	double *present;   /* by group: what is reserved for those in it that are there */
	unsigned *members; /* by group: its own units, but idle ones */
	unsigned *parts;   /* by group: children that are there, and itself if it has units */
};

bool unit_is_idle(const struct unit_wanting *c, unsigned unit)
{
	const struct wanted *w = &c->u->list[unit].wanted[KNOB_CPU_IDLE];

	return w->value.kind == VALUE_NUMBER && w->value.number && c->seen->list[unit].set[KNOB_CPU_IDLE].kind != VALUE_UNKNOWN;
}

static double node_percent(const struct unit_wanting *c, unsigned group)
{
	unsigned node = c->want->node_of_group[group];
	double percent = node == UINT32_MAX ? 0 : c->want->nodes[node].cpu_min_percent;

	return percent > 0 ? percent : 0;
}

/* The leaf of a group with children has what these leave. Where there is none, all is the group's own. */
static void own_fill(const struct unit_wanting *c, double *own)
{
	for (size_t i = 0; i < c->want->n; i++) {
		const struct node *n = &c->want->nodes[i];

		if (n->self)
			own[n->group] = n->cpu_min_percent > 0 ? n->cpu_min_percent : 0;
	}
}

/* From the last group to the first, so that children are counted before their parents. */
static void present_fill(const struct unit_wanting *c, const struct family *f)
{
	for (unsigned i = 0; i < c->seen->n; i++)
		if (c->limited[i] && !unit_is_idle(c, i))
			f->members[c->seen->list[i].group]++;
	for (unsigned g = (unsigned)c->p->n_groups; g--;) {
		unsigned parent = c->p->groups[g].parent;

		if (f->members[g]) {
			f->present[g] += f->own[g];
			f->parts[g]++;
		}
		if (!f->parts[g] || parent == GROUP_NONE)
			continue;
		f->present[parent] += node_percent(c, g);
		f->parts[parent]++;
	}
}

/* In proportion to what is reserved for each that is there; evenly where nothing is. */
static double part_of(const struct family *f, unsigned group, double reserved)
{
	if (f->present[group] > 0)
		return f->percent[group] * reserved / f->present[group];
	return f->percent[group] / f->parts[group];
}

static void percent_fill(const struct unit_wanting *c, const struct family *f)
{
	for (unsigned g = 0; g < c->p->n_groups; g++) {
		unsigned parent = c->p->groups[g].parent;

		if (f->parts[g])
			f->percent[g] = parent == GROUP_NONE ? node_percent(c, g) : part_of(f, parent, node_percent(c, g));
	}
}

/* By at most a quarter, so that a use that goes up and down a little needs the same. */
static uint64_t rounded_up(uint64_t n)
{
	uint64_t step = 1;

	while (n / step >= 8)
		step *= 2;
	return n == SHARE_UNKNOWN ? n : (n + step - 1) / step * step;
}

/*
 * What is needed does not depend on what they have: whole weights never give exactly what was split. Who waits for more
 * gets what the others leave.
 */
static void members_split(const struct unit_wanting *c, unsigned group, double percent, double *ret)
{
	auto_free struct share *list = must_alloc((c->seen->n + 1) * sizeof(*list));
	auto_free unsigned *units = must_alloc((c->seen->n + 1) * sizeof(*units));
	size_t n = 1;

	list[0].most = (uint64_t)(percent / 100 * MACHINE_QUANTA + 0.5);
	for (unsigned i = 0; i < c->seen->n; i++)
		if (c->limited[i] && c->seen->list[i].group == group && !unit_is_idle(c, i))
			units[n++] = i;
	for (size_t i = 1; i < n; i++) {
		list[i] = (struct share){ .is_unit = true, .most = UINT64_MAX, .now = SHARE_UNKNOWN };
		unit_claim(&c->seen->list[units[i]], KNOB_CPU_MAX, c->m->cpus, list[0].most / (n - 1), c->m->cpus, &list[i]);
		list[i].need = rounded_up(list[i].need);
	}
	unit_split(list, n);
	for (size_t i = 1; i < n; i++)
		ret[units[i]] = list[0].most ? percent * (double)list[i].part / (double)list[0].most : 0;
}

void unit_reserve(const struct unit_wanting *c, double *ret)
{
	size_t n = c->p->n_groups + 1;
	auto_free double *percent = must_alloc(n * sizeof(*percent));
	auto_free double *own = must_alloc(n * sizeof(*own));
	auto_free double *present = must_alloc(n * sizeof(*present));
	auto_free unsigned *members = must_alloc(n * sizeof(*members));
	auto_free unsigned *parts = must_alloc(n * sizeof(*parts));
	struct family f = { percent, own, present, members, parts };

	for (unsigned i = 0; i < c->seen->n; i++)
		ret[i] = 0;
	if (!c->want->n)
		return;
	own_fill(c, own);
	present_fill(c, &f);
	percent_fill(c, &f);
	for (unsigned g = 0; g < c->p->n_groups; g++)
		if (members[g])
			members_split(c, g, part_of(&f, g, own[g]), ret);
}
