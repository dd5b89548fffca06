/* Values that differ become writes, in an order in which the kernel takes them. */
#include "plan_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/bounds.h>

#include "text.h"

/*
 * Raised limits go parents first and lowered ones children first, since v1 takes no child quota above its parent's
 * and no child cpuset beyond its parent's. Within a cgroup, raised in this order and lowered in the reverse one:
 * memsw is never below the memory limit (v1: EINVAL), the burst never above the quota (EINVAL).
 */
static const enum knob raise_order[] = {
	KNOB_CPU_IDLE, /* before the weight, which an idle cgroup refuses and which waking resets */
	KNOB_CPU_WEIGHT, KNOB_CPU_MAX,	  KNOB_CPU_BURST,  KNOB_CPUS,	    KNOB_MEMS,
	KNOB_SWAP_MAX,	 KNOB_MEMORY_MAX, KNOB_MEMORY_HIGH, KNOB_MEMORY_LOW, KNOB_MEMORY_MIN, KNOB_TASKS_MAX,
	KNOB_FREEZE,
};

_Static_assert(sizeof(raise_order) / sizeof(raise_order[0]) == KNOB__COUNT, "every knob has its place");

/* One knob of one cgroup that is not as wanted. */
struct change {
	size_t node;
	enum knob knob;
	unsigned hierarchy;
	int version;
	bool fresh;	 /* its file only comes to be with this plan */
	struct value now;/* what stands there, or will at first */
};

static int compare_u128(unsigned __int128 a, unsigned __int128 b)
{
	return a < b ? -1 : a > b;
}

/* By size; no limit is above every limit. */
static int value_compare(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_MAX || b->kind == VALUE_MAX)
		return (a->kind == VALUE_MAX) - (b->kind == VALUE_MAX);
	if (a->kind == VALUE_QUOTA && b->kind == VALUE_QUOTA)
		return compare_u128((unsigned __int128)a->number * b->period, (unsigned __int128)b->number * a->period);
	return compare_u128(a->number, b->number);
}

static bool list_is_within(const char *inner, const char *outer)
{
	return *inner && *outer && text_list_within(inner, outer);
}

static bool is_lowered(const struct change *ch, const struct value *wanted)
{
	if (ch->knob == KNOB_CPU_IDLE || ch->knob == KNOB_CPU_WEIGHT || ch->now.kind == VALUE_UNKNOWN)
		return false;
	if (wanted->kind == VALUE_LIST)
		return list_is_within(value_list(wanted), value_list(&ch->now));
	return value_compare(wanted, &ch->now) < 0;
}

/* v2: the file appears when the parent hands the controller on, but for those that every cgroup has. */
static bool is_handed_on(const struct planning *c, const struct change *ch)
{
	uint32_t bit = 1U << knob_rows[ch->knob].controller;
	size_t parent = c->w->nodes[ch->node].parent;

	if (ch->version == 1 || !controller_rows[knob_rows[ch->knob].controller].v2)
		return true;
	if (!ch->node)
		return c->t->base_enabled[ch->hierarchy] & bit;
	return plan_stands(c, parent, ch->hierarchy) && c->seen[parent]->enabled & bit;
}

/* False where nothing has to be written. */
static bool change_find(const struct planning *c, size_t node, enum knob k, struct change *ret)
{
	const struct wanted *w = &c->w->nodes[node].wanted[k];
	int h = machine_hierarchy(c->m, knob_rows[k].controller);

	if (w->value.kind == VALUE_UNKNOWN || h < 0)
		return false;
	*ret = (struct change){ node, k, (unsigned)h, c->m->hierarchies[h].version, false, { 0 } };
	ret->fresh = !plan_stands(c, node, (unsigned)h) || !is_handed_on(c, ret);
	if (ret->fresh)
		value_default(k, ret->version, &ret->now);
	else
		ret->now = c->seen[node]->values[k];
	/* A file that this kernel does not have is tried only for someone who asks for it. */
	if (ret->now.kind == VALUE_UNKNOWN)
		return w->asked;
	/* Waking from idle resets the weight, whatever is read before. */
	if (k == KNOB_CPU_WEIGHT && !ret->fresh && c->seen[node]->values[KNOB_CPU_IDLE].number)
		return true;
	return !value_equal(&w->value, &ret->now);
}

static bool is_refused(const struct planning *c, const struct change *ch, const char *text)
{
	const struct refusal *r;

	if (ch->fresh)
		return false;
	r = refusals_find(c->refusals, c->w->nodes[ch->node].path, ch->knob, text);
	return r && value_equal(&r->left, &ch->now);
}

/*
 * A memory limit that comes down waits until use is below it; a throttling limit of v2 reclaims while it is written.
 * What is known to be below now costs nothing, and is looked at once more before it is written.
 */
static void memory_guard(const struct planning *c, const struct change *ch, const struct value *wanted,
			 struct action *a)
{
	const struct seen_cgroup *s = c->seen[ch->node];
	const struct value *use = ch->knob == KNOB_SWAP_MAX ? &s->memsw_current : &s->memory_current;
	bool limit = ch->knob == KNOB_MEMORY_MAX || (ch->knob == KNOB_SWAP_MAX && ch->version == 1);

	if (!limit && (ch->knob != KNOB_MEMORY_HIGH || ch->version == 1))
		return;
	if (limit)
		a->only_below_bytes = wanted->number;
	a->memsw = ch->knob == KNOB_SWAP_MAX;
	a->may_reclaim = use->kind != VALUE_NUMBER || use->number > wanted->number;
}

static void write_add(struct planning *c, const struct change *ch, const struct value *v, bool lowered)
{
	const struct node *n = &c->w->nodes[ch->node];
	char text[300];
	struct action *a;

	value_to_text(ch->knob, ch->version, v, text, sizeof(text));
	if (is_refused(c, ch, text))
		return;
	a = plan_add(c, ACTION_WRITE, ch->hierarchy, n);
	a->knob = ch->knob;
	a->file = knob_file(ch->knob, ch->version);
	a->text = arena_strdup(&c->plan->arena, text);
	a->at = wanted_at(&n->wanted[ch->knob]);
	if (!ch->fresh && ch->now.kind != VALUE_UNKNOWN) {
		value_to_text(ch->knob, ch->version, &ch->now, text, sizeof(text));
		a->was = arena_strdup(&c->plan->arena, text);
	}
	if (lowered && !ch->fresh)
		memory_guard(c, ch, v, a);
}

static void period_add(struct planning *c, const struct change *ch, const struct value *wanted)
{
	struct action *a = plan_add(c, ACTION_WRITE, ch->hierarchy, &c->w->nodes[ch->node]);

	a->file = "cpu.cfs_period_us";
	a->text = arena_printf(&c->plan->arena, "%" PRIu32, wanted->period);
	a->was = ch->fresh ? NULL : arena_printf(&c->plan->arena, "%" PRIu32, ch->now.period);
	a->at = wanted_at(&c->w->nodes[ch->node].wanted[ch->knob]);
}

/*
 * Two files on v1. Where there is a quota, it goes first: what it comes to with the other period is between the old
 * ceiling and nothing, or the old one and the new. Where there is none, the period is free to change first, and a
 * quota first could be above the parent's with the old one.
 */
static void quota_add_v1(struct planning *c, const struct change *ch, const struct value *wanted, bool lowered)
{
	bool period = wanted->kind == VALUE_QUOTA && wanted->period != ch->now.period;
	char text[300];

	value_to_text(ch->knob, 1, wanted, text, sizeof(text));
	if (is_refused(c, ch, text))
		return;
	if (period && ch->now.kind == VALUE_MAX)
		period_add(c, ch, wanted);
	if (!value_equal(wanted, &ch->now) &&
	    (ch->now.kind != VALUE_QUOTA || wanted->kind != VALUE_QUOTA || wanted->number != ch->now.number))
		write_add(c, ch, wanted, lowered);
	if (period && ch->now.kind != VALUE_MAX)
		period_add(c, ch, wanted);
}

/* Both lists as one, normalised, in ret; where that is too long, just b. */
static const char *list_union(const char *a, const char *b, char ret[VALUE_LIST_BYTES])
{
	char both[2 * VALUE_LIST_BYTES + 1];

	snprintf(both, sizeof(both), "%s,%s", a, b);
	return text_list(both, CPUS_MAX, ret, VALUE_LIST_BYTES) < 0 ? b : ret;
}

/*
 * A v1 cpuset that moves from some CPUs to others takes both at first, so that neither its parent's old list nor its
 * children's is ever outside.
 */
static void list_add(struct planning *c, const struct change *ch, const struct value *wanted, bool lowered_pass)
{
	const char *now = value_list(&ch->now), *then = value_list(wanted);
	bool moves = ch->version == 1 && *now && !list_is_within(then, now) && !list_is_within(now, then);
	char both[VALUE_LIST_BYTES];

	if (moves && !lowered_pass) {
		write_add(c, ch, &(struct value){ .kind = VALUE_LIST, .list = list_union(now, then, both) }, false);
	} else if (moves || is_lowered(ch, wanted) == lowered_pass) {
		write_add(c, ch, wanted, lowered_pass);
	}
}

static void change_add(struct planning *c, const struct change *ch, bool lowered_pass)
{
	const struct value *wanted = &c->w->nodes[ch->node].wanted[ch->knob].value;

	if (wanted->kind == VALUE_LIST && ch->now.kind == VALUE_LIST)
		list_add(c, ch, wanted, lowered_pass);
	else if (is_lowered(ch, wanted) != lowered_pass)
		return;
	else if (ch->version == 1 && ch->knob == KNOB_CPU_MAX)
		quota_add_v1(c, ch, wanted, lowered_pass);
	else
		write_add(c, ch, wanted, lowered_pass);
}

/*
 * A v1 cgroup that is to go still holds its parent above its own quota (EINVAL), for some ms even after rmdir, until
 * the kernel has let go of it: its quota goes first. Its parent's ceiling holds it meanwhile.
 */
static void plan_quotas_lifted(struct planning *c)
{
	int h = machine_hierarchy(c->m, CONTROLLER_CPU);

	if (h < 0 || c->m->hierarchies[h].version != 1)
		return;
	for (size_t i = 0; i < c->t->n; i++) {
		const struct seen_cgroup *s = &c->t->list[i];
		struct action *a;

		if (c->node_of[i] != UINT32_MAX || s->values[KNOB_CPU_MAX].kind != VALUE_QUOTA || !strchr(s->path, '/'))
			continue;
		a = plan_add(c, ACTION_WRITE, (unsigned)h, &c->w->nodes[0]);
		a->path = s->path;
		a->knob = KNOB_CPU_MAX;
		a->file = knob_file(KNOB_CPU_MAX, 1);
		a->text = "-1";
	}
}

/*
 * What is frozen and to go, or whose group nobody wants frozen any more, runs again before its processes are moved
 * out: v1 keeps a frozen process that cannot be moved stopped for good, and no signal ends it.
 */
static void plan_thaws(struct planning *c)
{
	int h = machine_hierarchy(c->m, CONTROLLER_FREEZER);

	for (size_t i = 0; h >= 0 && i < c->t->n; i++) {
		const struct seen_cgroup *s = &c->t->list[i];
		const struct node *n = c->node_of[i] == UINT32_MAX ? NULL : &c->w->nodes[c->node_of[i]];
		struct value thawed;
		struct action *a;
		char text[32];

		if (!s->values[KNOB_FREEZE].number || (n && n->wanted[KNOB_FREEZE].value.kind != VALUE_UNKNOWN))
			continue;
		value_default(KNOB_FREEZE, c->m->hierarchies[h].version, &thawed);
		value_to_text(KNOB_FREEZE, c->m->hierarchies[h].version, &thawed, text, sizeof(text));
		a = plan_add(c, ACTION_WRITE, (unsigned)h, n);
		a->path = s->path;
		a->knob = KNOB_FREEZE;
		a->file = knob_file(KNOB_FREEZE, c->m->hierarchies[h].version);
		a->text = arena_strdup(&c->plan->arena, text);
	}
}

void plan_writes(struct planning *c)
{
	struct change ch;

	plan_thaws(c);
	if (c->w->n)
		plan_quotas_lifted(c);
	for (size_t i = 0; i < c->w->n; i++)
		for (size_t k = 0; k < KNOB__COUNT; k++)
			if (change_find(c, i, raise_order[k], &ch))
				change_add(c, &ch, false);
	for (size_t i = c->w->n; i--;)
		for (size_t k = KNOB__COUNT; k--;)
			if (change_find(c, i, raise_order[k], &ch))
				change_add(c, &ch, true);
}
