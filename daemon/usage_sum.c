/* Usages of parts become that of the whole. */
#include "usage_sum.h"

void counter_add(struct counter *sum, struct counter part)
{
	sum->known = sum->known && part.known;
	sum->value += part.value;
}

void percent_add(double *sum, double part)
{
	*sum = *sum < 0 || part < 0 ? -1 : *sum + part;
}

/* Nothing yet: each part adds to it. */
static struct group_usage usage_none(void)
{
	return (struct group_usage){
		.usage = {
			.rates = {.known = true, .throttled_percent = -1},
			.procs = {.known = true},
			.memory_bytes = {.known = true},
			.pressure_percent = -1,
		},
		.cpu_min_percent = -1,
		.cpu_max_percent = -1,
	};
}

static void most(double *so_far, double part)
{
	if (part > *so_far)
		*so_far = part;
}

static void use_add(struct usage *sum, const struct usage *part)
{
	sum->rates.known = sum->rates.known && part->rates.known;
	percent_add(&sum->rates.cpu_percent, part->rates.cpu_percent);
	most(&sum->rates.throttled_percent, part->rates.throttled_percent);
	most(&sum->pressure_percent, part->pressure_percent);
	counter_add(&sum->procs, part->procs);
	counter_add(&sum->memory_bytes, part->memory_bytes);
}

/* Limits of several units are the group's together; one that has none makes the group unlimited. */
static void limits_add(struct group_usage *sum, const struct group_usage *part, bool first)
{
	if (first) {
		sum->cpu_min_percent = part->cpu_min_percent;
		sum->cpu_max_percent = part->cpu_max_percent;
		sum->usage.memory_max = part->usage.memory_max;
	} else {
		percent_add(&sum->cpu_min_percent, part->cpu_min_percent);
		percent_add(&sum->cpu_max_percent, part->cpu_max_percent);
		if (part->usage.memory_max.kind != sum->usage.memory_max.kind)
			sum->usage.memory_max = (struct usage_limit){.kind = VALUE_UNKNOWN};
		else if (sum->usage.memory_max.kind == VALUE_NUMBER)
			sum->usage.memory_max.number += part->usage.memory_max.number;
	}
	sum->cpu_unlimited |= part->cpu_unlimited;
	sum->memory_unlimited |= part->memory_unlimited;
}

static void count_member(void *ctx, struct member *one)
{
	struct usages *u = ctx;

	if (one->group < u->n)
		u->groups[one->group].usage.procs.value++;
}

/* In no unit of the group's own: its members, if it has any, are in units that hold others as well, and not told from these. */
static void no_unit(const struct group_usage *counted, struct group_usage *ret)
{
	*ret = usage_none();
	if (!counted->usage.procs.value)
		return;
	ret->usage.procs.value = counted->usage.procs.value;
	ret->usage.rates.known = ret->usage.memory_bytes.known = false;
	ret->usage.rates.cpu_percent = -1;
}

/* ret holds the number of its members. */
static void units_add(const struct view *v, unsigned group, const struct group_usage *nodes, struct group_usage *ret)
{
	const struct want *w = v->want;
	size_t first = w->node_of_group[group];
	const struct group_usage counted = *ret;

	if (w->nodes[first].path[0] != '/') {
		no_unit(&counted, ret);
		return;
	}
	*ret = usage_none();
	for (size_t i = first; i < w->n && w->nodes[i].group == group; i++) {
		use_add(&ret->usage, &nodes[i].usage);
		limits_add(ret, &nodes[i], i == first);
	}
}

void usages_in_place(const struct view *v, const struct group_usage *nodes, struct usages *ret)
{
	const struct want *w = v->want;

	if (w->n)
		members_each(v->members, count_member, ret);
	for (unsigned g = 0; w->n && g < ret->n; g++)
		if (w->node_of_group[g] != UINT32_MAX)
			units_add(v, g, nodes, &ret->groups[g]);
	for (size_t g = ret->n; w->n && g-- > 0;) {
		unsigned parent = v->choice->policy->groups[g].parent;

		if (w->node_of_group[g] == UINT32_MAX)
			continue;
		if (parent == GROUP_NONE)
			ret->procs += ret->groups[g].usage.procs.value;
		else
			use_add(&ret->groups[parent].usage, &ret->groups[g].usage);
	}
}
