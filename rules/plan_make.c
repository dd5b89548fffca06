/* Want and tree become actions: cgroups that are made, emptied, given controllers, and removed. */
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

static struct action *first_add(struct planning *c, enum action_kind kind, unsigned hierarchy)
{
	struct action *a;

	array_grow(c->plan->first, c->plan->n_first, c->plan->cap_first);
	a = &c->plan->first[c->plan->n_first++];
	*a = (struct action){ .kind = kind, .hierarchy = hierarchy, .group = GROUP_NONE, .knob = KNOB__COUNT };
	return a;
}

struct action *plan_add(struct planning *c, enum action_kind kind, unsigned hierarchy, const struct node *n)
{
	struct action *a = first_add(c, kind, hierarchy);

	a->group = n ? n->group : GROUP_NONE;
	a->path = n ? n->path : NULL;
	return a;
}

bool plan_stands(const struct planning *c, size_t node, unsigned hierarchy)
{
	return c->seen[node] && c->seen[node]->hierarchies & 1U << hierarchy;
}

uint32_t plan_enabled(const struct planning *c, unsigned hierarchy)
{
	uint32_t bits = c->w->nodes[0].controllers & c->m->hierarchies[hierarchy].controllers;

	for (int i = 0; i < CONTROLLER__COUNT; i++)
		if (!controller_rows[i].v2)
			bits &= ~(1U << i);
	return bits;
}

/* One controller a write: the kernel takes all words of one or none, and a refusal shall touch its own item only. */
static void controllers_switch(struct planning *c, enum action_kind kind, unsigned h, const struct node *n,
			       const char *path, uint32_t bits)
{
	for (int i = 0; i < CONTROLLER__COUNT; i++) {
		struct action *a;

		if (!(bits & 1U << i))
			continue;
		a = n ? plan_add(c, kind, h, n) : first_add(c, kind, h);
		a->path = path;
		a->text = arena_printf(&c->plan->arena, "%c%s", kind == ACTION_ENABLE ? '+' : '-',
				       controller_rows[i].v2);
	}
}

/* Deepest first: a controller cannot be taken from a cgroup whose child hands it on (EBUSY). */
static void plan_disable(struct planning *c, unsigned h)
{
	for (size_t i = c->t->n; i--;) {
		const struct seen_cgroup *s = &c->t->list[i];
		unsigned node = c->node_of[i];
		bool inner = node != UINT32_MAX && c->inner[node];
		uint32_t handed_on = s->enabled & c->m->hierarchies[h].controllers;

		if (s->hierarchies & 1U << h)
			controllers_switch(c, ACTION_DISABLE, h, node == UINT32_MAX ? NULL : &c->w->nodes[node],
					   s->path, handed_on & ~(inner ? plan_enabled(c, h) : 0));
	}
}

static void plan_makes(struct planning *c, unsigned h)
{
	for (size_t i = 0; i < c->w->n; i++)
		if (!plan_stands(c, i, h))
			plan_add(c, ACTION_MAKE, h, &c->w->nodes[i]);
}

/* The kernel hands controllers on only from a cgroup that holds no processes itself; the true root is exempt. */
static void plan_base(struct planning *c, unsigned h)
{
	uint32_t missing = plan_enabled(c, h) & ~c->t->base_enabled[h];

	if (missing && c->t->base_populated & 1U << h)
		first_add(c, ACTION_EVACUATE, h);
	controllers_switch(c, ACTION_ENABLE, h, NULL, NULL, missing);
}

static void plan_enables(struct planning *c, unsigned h)
{
	plan_base(c, h);
	for (size_t i = 0; i < c->w->n; i++) {
		const struct node *n = &c->w->nodes[i];
		uint32_t enabled = plan_stands(c, i, h) ? c->seen[i]->enabled : 0;

		if (!c->inner[i])
			continue;
		if (plan_stands(c, i, h) && c->seen[i]->populated & 1U << h)
			plan_add(c, ACTION_EVACUATE, h, n)->text =
				i ? c->w->nodes[c->w->leaf_of_group[n->group]].path : NULL;
		controllers_switch(c, ACTION_ENABLE, h, n, n->path, plan_enabled(c, h) & ~enabled);
	}
}

static void plan_hierarchy(struct planning *c, unsigned h)
{
	if (c->m->hierarchies[h].version == 2)
		plan_disable(c, h);
	plan_makes(c, h);
	if (c->m->hierarchies[h].version == 2)
		plan_enables(c, h);
}

static struct action *last_add(struct planning *c, enum action_kind kind, unsigned hierarchy, const char *path)
{
	struct action *a;

	array_grow(c->plan->last, c->plan->n_last, c->plan->cap_last);
	a = &c->plan->last[c->plan->n_last++];
	*a = (struct action){ .kind = kind, .hierarchy = hierarchy, .group = GROUP_NONE, .path = path, .knob = KNOB__COUNT };
	return a;
}

/* Everything in our tree that is not wanted, and the tree itself where nothing is: the tree is ours alone. */
static void plan_removes(struct planning *c)
{
	for (size_t i = c->t->n; i--;) {
		const struct seen_cgroup *s = &c->t->list[i];
		bool wanted = c->node_of[i] != UINT32_MAX;

		for (unsigned h = 0; h < c->m->n_hierarchies; h++) {
			if (!(s->hierarchies & 1U << h) || (wanted && c->w->hierarchies & 1U << h))
				continue;
			last_add(c, ACTION_REMOVE, h, s->path);
		}
	}
}

/*
 * What cgqd enabled in the base, and nobody wants any more. Others who have cgroups there may rely on it by now: then
 * it stays, which costs them nothing.
 */
static void plan_base_back(struct planning *c, unsigned h)
{
	uint32_t wanted = c->w->hierarchies & 1U << h ? plan_enabled(c, h) : 0;
	uint32_t back = c->t->base_enabled[h] & c->t->base_given[h] & ~wanted;

	if (c->t->base_shared & 1U << h)
		return;
	for (int i = 0; i < CONTROLLER__COUNT; i++)
		if (back & 1U << i)
			last_add(c, ACTION_DISABLE, h, NULL)->text =
				arena_printf(&c->plan->arena, "-%s", controller_rows[i].v2);
	if (c->t->rest_stands & 1U << h && !(c->t->base_enabled[h] & ~back))
		last_add(c, ACTION_REUNITE, h, NULL);
}

struct plan *plan_make(const struct want *w, const struct machine *m, const struct tree *t,
		       const struct refusals *refusals)
{
	struct plan *plan = must_alloc(sizeof(*plan));
	auto_free const struct seen_cgroup **seen = must_alloc((w->n + 1) * sizeof(struct seen_cgroup *));
	auto_free unsigned *node_of = must_alloc((t->n + 1) * sizeof(unsigned));
	auto_free bool *inner = must_alloc(w->n + 1);
	struct planning c = { w, m, t, refusals, plan, seen, node_of, inner };

	/* Nothing can be enforced here: what stands there is not ours to touch. */
	if (w->n && !w->hierarchies)
		return plan;
	for (size_t i = 0; i < t->n; i++)
		node_of[i] = UINT32_MAX;
	for (unsigned i = 0; i < w->n; i++) {
		seen[i] = tree_find(t, w->nodes[i].path);
		if (seen[i])
			node_of[seen[i] - t->list] = i;
		if (i)
			inner[w->nodes[i].parent] = true;
	}
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		if (w->hierarchies & 1U << h)
			plan_hierarchy(&c, h);
	plan_writes(&c);
	plan_removes(&c);
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		if (m->hierarchies[h].version == 2)
			plan_base_back(&c, h);
	return plan;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	arena_done(&p->arena);
	free(p->first);
	free(p->last);
	free(p);
}
