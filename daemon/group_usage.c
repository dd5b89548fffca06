/* What each group uses. */
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "usage_sum.h"
#include "want_make.h"


/*
 * What a weight says depends, in place, on all that stands beside the unit and beside the slices that it is in: it holds
 * what it was computed for, or nobody knows.
 */
static double min_percent(const struct view *v, const struct node *n, double parent_min, const struct value *weight)
{
	if (v->want->in_place)
		return value_equal(weight, &n->wanted[KNOB_CPU_WEIGHT].value) ? n->cpu_min_percent : -1;
	return want_min_percent(v->machine, weight, parent_min);
}

/* What is in force, from the weights and quotas read back, from the top of the tree down. */
static void node_shares(const struct view *v, const struct node *n, double parent_min, struct group_usage *u)
{
	struct value weight = usage_value(&u->usage.weight), quota = usage_value(&u->usage.quota);

	u->cpu_min_percent = u->cpu_max_percent = -1;
	if (weight.kind != VALUE_UNKNOWN) {
		u->cpu_min_percent = min_percent(v, n, parent_min, &weight);
		if (u->cpu_min_percent < 0) /* weighs as little as can be: nothing is reserved */
			u->cpu_min_percent = 0;
	}
	if (quota.kind != VALUE_UNKNOWN)
		u->cpu_max_percent = want_max_percent(v->machine, &quota);
	u->cpu_unlimited = quota.kind == VALUE_MAX;
	u->memory_unlimited = u->usage.memory_max.kind == VALUE_MAX;
}

/* The kernel counts children in for CPU and memory, but lists only a cgroup's own processes. */
static void sum_procs(const struct want *w, struct group_usage *nodes)
{
	for (size_t i = w->n; i-- > 1;)
		counter_add(&nodes[w->nodes[i].parent].usage.procs, nodes[i].usage.procs);
}

static void read_nodes(const struct view *v, struct group_usage *nodes)
{
	const struct want *w = v->want;

	for (size_t i = 0; i < w->n; i++) {
		sampler_usage(v->sampler, (unsigned)i, &nodes[i].usage);
		node_shares(v, &w->nodes[i], nodes[w->nodes[i].parent].cpu_min_percent, &nodes[i]);
		if (i == 0) /* reservations are of the whole tree; its own weight speaks to what is outside only */
			nodes[i].cpu_min_percent = 100;
	}
	if (!w->in_place)
		sum_procs(w, nodes);
}

struct passive_count {
	const struct view *v;
	struct usages *u;
};

static bool has_node(const struct view *v, unsigned group)
{
	return v->want->n && v->want->node_of_group[group] != UINT32_MAX;
}

static void count_member(void *ctx, struct member *m)
{
	struct passive_count *c = ctx;

	if (m->group < c->u->n && !has_node(c->v, m->group))
		c->u->groups[m->group].usage.procs.value++;
}

static void read_passive(const struct view *v, struct usages *u)
{
	const struct policy *p = v->choice->policy;
	struct passive_count count = { v, u };

	for (unsigned g = 0; g < u->n; g++) {
		if (has_node(v, g))
			continue;
		sampler_usage_passive(v->sampler, g, &u->groups[g].usage);
		u->groups[g].usage.procs = (struct counter){ true, 0 };
		u->groups[g].cpu_min_percent = u->groups[g].cpu_max_percent = -1;
	}
	members_each(v->members, count_member, &count);
	for (size_t g = u->n; g-- > 0;) {
		unsigned parent = p->groups[g].parent;
		struct usage *part = &u->groups[g].usage, *sum;

		if (has_node(v, (unsigned)g))
			continue;
		u->procs += part->procs.value * (parent == GROUP_NONE || has_node(v, parent));
		if (parent == GROUP_NONE || has_node(v, parent))
			continue;
		sum = &u->groups[parent].usage;
		counter_add(&sum->procs, part->procs);
		counter_add(&sum->memory_bytes, part->memory_bytes);
		percent_add(&sum->rates.cpu_percent, part->rates.cpu_percent);
	}
}

static void take_nodes(const struct want *w, const struct group_usage *nodes, struct usages *ret)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->nodes[i].group != GROUP_NONE && !w->nodes[i].self)
			ret->groups[w->nodes[i].group] = nodes[i];
	ret->procs = w->n ? nodes[0].usage.procs.value : 0;
}

void usages_make(const struct view *v, struct usages *ret)
{
	const struct want *w = v->want;

	*ret = (struct usages){ .n = v->choice->policy->n_groups };
	ret->groups = must_alloc((ret->n + 1) * sizeof(*ret->groups));
	ret->nodes = must_alloc((w->n + 1) * sizeof(*ret->nodes));
	read_nodes(v, ret->nodes);
	if (w->in_place)
		usages_in_place(v, ret->nodes, ret);
	else
		take_nodes(w, ret->nodes, ret);
	read_passive(v, ret);
}

void usages_done(struct usages *u)
{
	free(u->groups);
	free(u->nodes);
	*u = (struct usages){ 0 };
}
