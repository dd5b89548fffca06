/* What groups are to have becomes what each unit is to have that their processes are in. */
#include "want_in_place.h"

#include "unit_value.h"
#include "want_make.h"

struct placing {
	const struct policy *p;
	const struct machine *m;
	const struct want *groups;
	const struct seen_units *seen;
	const struct unit_want *u;
	struct want *w;
};

static struct node *node_add(const struct placing *c, unsigned group, const char *path)
{
	struct node *n = &c->w->nodes[c->w->n++];

	*n = (struct node){.group = group, .path = path, .cpu_min_percent = -1, .cpu_max_percent = -1};
	return n;
}

/* "" is the root's path from the mount; of a node it is "/". */
static const char *path_of(const struct seen_unit *s)
{
	return *s->cgroup ? s->cgroup : "/";
}

/* systemd's words for it become the kernel's: a quota a second is one of the unit's own period there. */
static struct value in_kernel_terms(enum knob k, const struct value *wanted, const struct value *kernel)
{
	struct value v = *wanted;

	if (kernel->kind != VALUE_UNKNOWN && unit_value_holds(k, wanted, kernel))
		return *kernel;
	if (wanted->kind == VALUE_QUOTA && kernel->kind == VALUE_QUOTA && wanted->period) {
		v.period = kernel->period;
		v.number = wanted->number * kernel->period / wanted->period;
	}
	return v;
}

static struct node *unit_add(const struct placing *c, unsigned unit)
{
	const struct wanted_unit *u = &c->u->list[unit];
	const struct seen_unit *seen = &c->seen->list[unit];
	struct node *n = node_add(c, u->group, path_of(seen));

	for (int k = 0; k < KNOB__COUNT; k++) {
		n->wanted[k] = u->wanted[k];
		n->wanted[k].value = in_kernel_terms(k, &u->wanted[k].value, &seen->kernel[k]);
		value_keep(&c->w->arena, &n->wanted[k].value);
	}
	if (!n->wanted[KNOB_FREEZE].asked) /* what runs may be frozen by others than cgqd */
		n->wanted[KNOB_FREEZE].value = (struct value){0};
	n->cpu_min_percent = u->cpu_min_percent;
	n->cpu_max_percent = want_max_percent(c->m, &n->wanted[KNOB_CPU_MAX].value);
	return n;
}

static bool stands(const struct placing *c, unsigned unit)
{
	return c->seen->list[unit].cgroup != NULL;
}

static void slices_add(const struct placing *c)
{
	node_add(c, GROUP_NONE, "/")->cpu_min_percent = 100;
	for (unsigned i = 0; i < c->u->n; i++)
		if (c->u->list[i].group == GROUP_NONE && stands(c, i) && *c->seen->list[i].cgroup)
			unit_add(c, i);
}

static void group_add(const struct placing *c, unsigned group)
{
	const struct node *whole = &c->groups->nodes[c->groups->node_of_group[group]];
	size_t first = c->w->n;
	struct node *n;

	for (unsigned i = 0; i < c->u->n; i++)
		if (c->u->list[i].group == group && stands(c, i) && !c->seen->list[i].refusal)
			unit_add(c, i)->controllers = whole->controllers;
	c->w->node_of_group[group] = (unsigned)first;
	if (c->w->n > first)
		return;
	n = node_add(c, group, c->p->groups[group].path);
	for (int k = 0; k < KNOB__COUNT; k++)
		n->wanted[k] = (struct wanted){.asked = whole->wanted[k].asked,
					       .impossible = whole->wanted[k].impossible,
					       .at = whole->wanted[k].at};
}

struct want *want_in_place(const struct policy *p, const struct machine *m, const struct want *w,
			   const struct seen_units *seen, const struct unit_want *u)
{
	struct want *in_place = must_alloc(sizeof(*in_place));
	struct placing c = {p, m, w, seen, u, in_place};
	int h = machine_hierarchy(m, CONTROLLER_CPU);

	in_place->in_place = true;
	if (!w->n)
		return in_place;
	in_place->hierarchies = h < 0 ? 0 : 1U << h;
	in_place->nodes = arena_alloc(&in_place->arena, (1 + u->n + p->n_groups) * sizeof(*in_place->nodes));
	in_place->node_of_group = arena_alloc(&in_place->arena, (p->n_groups + 1) * sizeof(unsigned));
	in_place->leaf_of_group = arena_alloc(&in_place->arena, (p->n_groups + 1) * sizeof(unsigned));
	slices_add(&c);
	for (unsigned g = 0; g < p->n_groups; g++) {
		in_place->node_of_group[g] = in_place->leaf_of_group[g] = UINT32_MAX;
		if (w->node_of_group[g] != UINT32_MAX)
			group_add(&c, g);
	}
	return in_place;
}
