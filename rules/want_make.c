/* Policy and machine become the nodes of our tree, and what is asked of each. */
#include "want_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "text.h"

#define SELF_LEAF "_self"

const struct amount *want_amount(const struct wanting *c, const struct node *n, enum knob k)
{
	const struct setting *s;
	const struct amount *a;

	if (n->group == GROUP_NONE || n->self)
		return NULL;
	if (knob_rows[k].key == KEY_NONE)
		return NULL;
	s = group_setting(&c->p->groups[n->group], knob_rows[k].key);
	a = knob_rows[k].side == SIDE_MIN ? &s->min : &s->max;
	return s->at.file && a->kind != AMOUNT_UNSET ? a : NULL;
}

const struct amount *want_possible(const struct wanting *c, const struct node *n, enum knob k)
{
	return n->wanted[k].impossible ? NULL : want_amount(c, n, k);
}

int want_version(const struct machine *m, enum controller c)
{
	int h = machine_hierarchy(m, c);

	return h < 0 ? 0 : m->hierarchies[h].version;
}

void want_note(const struct wanting *c, struct node *n, enum knob k, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	n->wanted[k].impossible = arena_strdup(&c->w->arena, text);
}

static unsigned node_add(const struct wanting *c, unsigned group, unsigned parent, bool self, const char *path)
{
	struct node *n = &c->w->nodes[c->w->n];

	*n = (struct node){ .group = group, .parent = parent, .self = self, .path = path };
	n->cpu_min_percent = n->cpu_max_percent = -1;
	return (unsigned)c->w->n++;
}

static void group_add(const struct wanting *c, unsigned g, bool has_children)
{
	const struct group *group = &c->p->groups[g];
	unsigned parent = group->parent == GROUP_NONE ? 0 : c->w->node_of_group[group->parent];
	unsigned node = node_add(c, g, parent, false, group->path);

	c->w->node_of_group[g] = c->w->leaf_of_group[g] = node;
	if (has_children)
		c->w->leaf_of_group[g] =
			node_add(c, g, node, true, arena_printf(&c->w->arena, "%s/" SELF_LEAF, group->path));
}

static void nodes_add(const struct wanting *c, bool passive)
{
	size_t n = c->p->n_groups, most = 1;
	auto_free bool *has_children = must_alloc(n + 1); /* enforced ones: a passive child has no cgroup */

	c->w->node_of_group = arena_alloc(&c->w->arena, (n + 1) * sizeof(unsigned));
	c->w->leaf_of_group = arena_alloc(&c->w->arena, (n + 1) * sizeof(unsigned));
	for (size_t g = 0; g < n; g++)
		if (c->p->groups[g].enforce && c->p->groups[g].parent != GROUP_NONE)
			has_children[c->p->groups[g].parent] = true;
	for (size_t g = 0; g < n; g++)
		most += has_children[g] ? 2 : 1;
	c->w->nodes = arena_alloc(&c->w->arena, most * sizeof(*c->w->nodes)); /* some KiB each */
	node_add(c, GROUP_NONE, 0, false, "");
	for (unsigned g = 0; g < n; g++) {
		c->w->node_of_group[g] = c->w->leaf_of_group[g] = UINT32_MAX;
		if (c->p->groups[g].enforce && !passive)
			group_add(c, g, has_children[g]);
	}
	if (c->w->n == 1)
		c->w->n = 0;
}

/* Its children stop with it: the kernel sees to that. */
static bool is_frozen(const struct wanting *c, const struct node *n)
{
	return c->frozen && n->group != GROUP_NONE && !n->self && c->frozen[n->group];
}

/* By the policy or by a person. */
static bool is_asked(const struct wanting *c, const struct node *n, enum knob k)
{
	return k == KNOB_FREEZE ? is_frozen(c, n) : want_amount(c, n, k) != NULL;
}

static uint32_t controllers_asked(const struct wanting *c)
{
	uint32_t asked = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT) | CONTROLLER_BIT(MEMORY);

	for (size_t i = 0; i < c->w->n; i++)
		for (int k = 0; k < KNOB__COUNT; k++)
			if (is_asked(c, &c->w->nodes[i], k))
				asked |= 1U << knob_rows[k].controller;
	return asked;
}

/*
 * All nodes stand in the hierarchies of the same controllers, so that a process is placed alike everywhere. Where
 * several of ours share a v1 mount, they come together: a cpuset without CPUs takes no process (ENOSPC).
 */
static uint32_t controllers_needed(const struct wanting *c)
{
	uint32_t asked = controllers_asked(c), needed = 0;

	for (int i = 0; i < CONTROLLER__COUNT; i++) {
		int h = asked & 1U << i ? machine_hierarchy(c->m, i) : -1;

		if (h < 0)
			continue;
		c->w->hierarchies |= 1U << h;
		needed |= 1U << i;
		if (c->m->hierarchies[h].version == 1)
			needed |= c->m->hierarchies[h].controllers;
	}
	return needed;
}

static void knob_missing_note(const struct wanting *c, struct node *n, enum knob k, int version)
{
	const char *file = knob_file(k, version);

	if (!file)
		want_note(c, n, k, "cgroup v%d has no %s", version, knob_file(k, version == 2 ? 1 : 2));
	else if (version == 1 && k == KNOB_SWAP_MAX)
		want_note(c, n, k, "swap accounting is off on this kernel");
	else
		want_note(c, n, k, "this kernel has no %s", file);
}

/* Asked or not, by default, or not to be had: what needs no computing. */
static void knob_begin(const struct wanting *c, struct node *n, enum knob k)
{
	const struct knob_row *row = &knob_rows[k];
	int version = want_version(c->m, row->controller);
	struct wanted *w = &n->wanted[k];

	w->asked = is_asked(c, n, k);
	if (w->asked && row->key != KEY_NONE)
		w->at = &group_setting(&c->p->groups[n->group], row->key)->at;
	if (w->asked && c->m->refusal[0])
		w->impossible = c->m->refusal;
	else if (w->asked && !version)
		want_note(c, n, k, "this machine has no %s controller mounted", controller_rows[row->controller].v1);
	else if (w->asked && (!knob_file(k, version) || c->m->missing_knobs & 1U << k))
		knob_missing_note(c, n, k, version);
	else if (n->controllers & 1U << row->controller && knob_file(k, version) && !(c->m->missing_knobs & 1U << k))
		value_default(k, version, &w->value);
}

/*
 * v1 refuses a list that is not within the parent's, and a cpuset left empty takes no process (ENOSPC): it gets what
 * there is of it, else what the parent has. On v2 the kernel does so by itself, and gives the rest when it comes.
 */
static void list_within(const struct wanting *c, struct node *n, enum knob k, const char *asked, const char *outer)
{
	struct value *v = &n->wanted[k].value;
	char list[VALUE_LIST_BYTES];

	if (!*outer || text_list_within(asked, outer)) {
		v->list = arena_strdup(&c->w->arena, asked);
		return;
	}
	text_list_common(asked, outer, list, sizeof(list));
	want_note(c, n, k, "%s only %s; %s", n->parent ? "its parent has" : "this machine has", outer,
		  *list ? "the rest is left out" : "none of these, so it has all of those");
	v->list = arena_strdup(&c->w->arena, *list ? list : outer);
}

/* A v1 cpuset inherits nothing: what is not asked is what the parent has. */
static void want_lists(const struct wanting *c, enum knob k, const char *base)
{
	bool inherits = want_version(c->m, CONTROLLER_CPUSET) == 2;

	for (size_t i = 0; i < c->w->n; i++) {
		struct node *n = &c->w->nodes[i];
		const struct amount *a = want_possible(c, n, k);
		struct value *v = &n->wanted[k].value;
		const char *outer = inherits ? "" : i ? value_list(&c->w->nodes[n->parent].wanted[k].value) : base;

		if (v->kind != VALUE_LIST)
			continue;
		if (a && a->kind == AMOUNT_LIST)
			list_within(c, n, k, a->list, outer);
		else
			v->list = arena_strdup(&c->w->arena, outer);
	}
}

static void want_tasks(const struct wanting *c)
{
	for (size_t i = 0; i < c->w->n; i++) {
		const struct amount *a = want_possible(c, &c->w->nodes[i], KNOB_TASKS_MAX);

		if (a && a->kind == AMOUNT_COUNT)
			c->w->nodes[i].wanted[KNOB_TASKS_MAX].value =
				(struct value){ .kind = VALUE_NUMBER, .number = a->n };
	}
}

static void want_freeze(const struct wanting *c)
{
	for (size_t i = 0; i < c->w->n; i++) {
		struct wanted *w = &c->w->nodes[i].wanted[KNOB_FREEZE];

		if (w->asked && !w->impossible)
			w->value = (struct value){ .kind = VALUE_NUMBER, .number = 1 };
	}
}

struct want *want_make(const struct policy *p, const struct machine *m, bool passive, const bool *frozen)
{
	struct want *w = must_alloc(sizeof(*w));
	struct wanting c = { p, m, w, frozen };
	uint32_t controllers;

	w->in_place = m->placement == PLACEMENT_UNITS;
	nodes_add(&c, passive);
	if (!w->n)
		return w;
	controllers = m->refusal[0] ? 0 : controllers_needed(&c);
	for (size_t i = 0; i < w->n; i++) {
		w->nodes[i].controllers = controllers;
		for (int k = 0; k < KNOB__COUNT; k++)
			knob_begin(&c, &w->nodes[i], k);
	}
	want_cpu(&c);
	want_memory(&c);
	want_lists(&c, KNOB_CPUS, m->base_cpus);
	want_lists(&c, KNOB_MEMS, m->base_mems);
	want_tasks(&c);
	want_freeze(&c);
	if (w->in_place)
		w->hierarchies = 0;
	if (!w->hierarchies)
		for (size_t g = 0; g < p->n_groups; g++)
			w->leaf_of_group[g] = UINT32_MAX;
	return w;
}

void want_free(struct want *w)
{
	if (!w)
		return;
	arena_done(&w->arena);
	free(w);
}
