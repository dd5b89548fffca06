/* What a group has run into, and what limits it most. */
#include "report_limits.h"


#include "group_moves.h"
#include "report_json.h"

static const char *const hit_keys[HIT__COUNT] = {
	[HIT_THROTTLED] = "throttled_periods", [HIT_MEMORY] = "memory_hits", [HIT_MEMORY_SOFT] = "memory_soft_hits",
	[HIT_TASKS] = "tasks_hits",	       [HIT_OOM_KILL] = "oom_kills",
};

/* Of the group's own cgroup and of the leaf _self that its members live in. What one of them does not know is unknown. */
static void hits_of_group(const struct view *v, unsigned group, struct counter ret[HIT__COUNT])
{
	const struct want *w = v->want;
	size_t first = w->n ? w->node_of_group[group] : w->n;
	struct counter part[HIT__COUNT];

	for (unsigned i = 0; i < HIT__COUNT; i++)
		ret[i] = (struct counter){ .known = first < w->n };
	for (size_t n = first; n < w->n && w->nodes[n].group == group; n++) {
		sampler_hits(v->sampler, (unsigned)n, part);
		for (unsigned i = 0; i < HIT__COUNT; i++) {
			ret[i].known = ret[i].known && part[i].known;
			ret[i].value += part[i].value;
		}
	}
}

void put_hits(const struct view *v, unsigned group, json_t *page)
{
	struct group_moves moves = group_moves_get(v->moves, v->choice->policy->groups[group].path);
	struct counter totals[HIT__COUNT];
	json_t *o = json_object();

	hits_of_group(v, group, totals);
	for (unsigned i = 0; i < HIT__COUNT; i++)
		put_counter(o, hit_keys[i], totals[i]);
	put_u64(o, "moved_in", moves.in);
	put_u64(o, "moved_out", moves.out);
	put(page, "events", o);
}

struct ceiling {
	bool known, limited;
	double amount;
};

static struct ceiling cpu_ceiling(const struct group_usage *u)
{
	return (struct ceiling){ u->cpu_unlimited || u->cpu_max_percent >= 0, !u->cpu_unlimited, u->cpu_max_percent };
}

static struct ceiling memory_ceiling(const struct group_usage *u)
{
	const struct usage_limit *max = &u->usage.memory_max;

	return (struct ceiling){ max->kind != VALUE_UNKNOWN, !u->memory_unlimited, (double)max->number };
}

/* The lowest ceiling of the group and of all above it; *ret_of: the nearest group that has it, GROUP_NONE for none. */
static struct ceiling tightest(const struct policy *p, unsigned group, const struct usages *usages,
			       struct ceiling (*of)(const struct group_usage *u), unsigned *ret_of)
{
	struct ceiling least = { .known = true };

	*ret_of = GROUP_NONE;
	for (; group != GROUP_NONE; group = p->groups[group].parent) {
		struct ceiling one = of(&usages->groups[group]);

		least.known = least.known && one.known;
		if (!one.limited || (least.limited && one.amount >= least.amount))
			continue;
		least.limited = true;
		least.amount = one.amount;
		*ret_of = group;
	}
	return least;
}

static json_t *amount_json(const struct ceiling *c, json_t *limited)
{
	if (c->known && c->limited)
		return limited;
	json_decref(limited);
	return c->known ? json_integer(-1) : json_null();
}

static void put_group(json_t *o, const char *key, const struct policy *p, const struct ceiling *c, unsigned group)
{
	put_text(o, key, c->known && group != GROUP_NONE ? p->groups[group].path : NULL);
}

void put_tightest(const struct view *v, unsigned group, const struct usages *usages, json_t *page)
{
	const struct policy *p = v->choice->policy;
	unsigned cpu_of, memory_of;
	struct ceiling cpu = tightest(p, group, usages, cpu_ceiling, &cpu_of);
	struct ceiling memory = tightest(p, group, usages, memory_ceiling, &memory_of);
	json_t *o = json_object();

	put(o, "cpu_percent", amount_json(&cpu, cpu.limited ? report_hundredths(cpu.amount) : json_null()));
	put_group(o, "cpu_group", p, &cpu, cpu_of);
	put(o, "memory_bytes", amount_json(&memory, json_integer((json_int_t)memory.amount)));
	put_group(o, "memory_group", p, &memory, memory_of);
	put(page, "tightest", o);
}
