/* Memory that is kept from reclaim: the part of each unit, and what slices need for it to count. */
#include "unit_parts.h"

#include <cgq/auto.h>

/* One reservation: of a group with a value of its own, less what its children have of it. */
struct pool {
	enum knob knob;
	uint64_t *bytes;    /* by group: left for its own units and those of children without a value */
	unsigned *units;    /* by group: how many these are */
	uint64_t *use;	    /* by group: what they use together */
};

static unsigned pool_of(const struct unit_wanting *c, unsigned unit, enum knob k)
{
	return c->limited[unit] ? unit_group_asking(c, c->seen->list[unit].group, k, VALUE_NUMBER) : GROUP_NONE;
}

/* So that a unit that uses nothing yet has a little of it. */
static uint64_t use_of(const struct unit_wanting *c, unsigned unit)
{
	const struct counter *n = &c->seen->list[unit].memory_bytes;

	return (n->known ? n->value : 0) + c->m->memory_bytes / 1024 + c->m->page_bytes;
}

static void pools_fill(const struct unit_wanting *c, const struct pool *pool)
{
	for (unsigned i = 0; i < c->seen->n; i++) {
		unsigned g = pool_of(c, i, pool->knob);

		if (g == GROUP_NONE)
			continue;
		pool->units[g]++;
		pool->use[g] += use_of(c, i);
	}
	for (unsigned g = 0; g < c->p->n_groups; g++) {
		const struct wanted *w = unit_group_wanted(c->want, g, pool->knob);
		unsigned parent = c->p->groups[g].parent;

		if (!w || !w->asked || w->value.kind != VALUE_NUMBER || !c->units_below[g])
			continue;
		parent = parent == GROUP_NONE ? parent : unit_group_asking(c, parent, pool->knob, VALUE_NUMBER);
		pool->bytes[g] = w->value.number;
		if (parent == GROUP_NONE)
			continue;
		if (pool->bytes[g] > pool->bytes[parent])
			pool->bytes[g] = pool->bytes[parent];
		pool->bytes[parent] -= pool->bytes[g];
	}
}

static uint64_t pages(const struct unit_wanting *c, uint64_t bytes)
{
	return bytes - bytes % c->m->page_bytes;
}

/* In proportion to use; the last unit of a pool gets what rounding left. */
static void parts_give(const struct unit_wanting *c, const struct pool *pool, uint64_t *parts)
{
	for (unsigned i = 0; i < c->seen->n; i++) {
		unsigned g = pool_of(c, i, pool->knob);
		uint64_t use;

		if (g == GROUP_NONE)
			continue;
		use = use_of(c, i);
		parts[i] = pages(c, pool->units[g] == 1 ?
					    pool->bytes[g] :
					    (uint64_t)((unsigned __int128)pool->bytes[g] * use / pool->use[g]));
		pool->units[g]--;
		pool->use[g] -= use;
		pool->bytes[g] -= parts[i];
	}
}

/* What stands there is kept while it comes to the same and no unit would have a third more. */
static bool is_good_enough(const struct unit_wanting *c, unsigned group, enum knob k, const uint64_t *parts)
{
	uint64_t now = 0, then = 0;

	for (unsigned i = 0; i < c->seen->n; i++) {
		const struct value *set = &c->seen->list[i].set[k];

		if (pool_of(c, i, k) != group)
			continue;
		if (set->kind != VALUE_NUMBER || set->number < parts[i] / 4 * 3)
			return false;
		now += set->number;
		then += parts[i];
	}
	return now == then;
}

static void parts_ask(const struct unit_wanting *c, enum knob k, const uint64_t *parts)
{
	auto_free signed char *keeps = must_alloc(c->p->n_groups + 1); /* by group: 0 not looked at yet */

	for (unsigned i = 0; i < c->seen->n; i++) {
		unsigned g = pool_of(c, i, k);
		struct value v = { .kind = VALUE_NUMBER, .number = parts[i] };

		if (g == GROUP_NONE)
			continue;
		if (!keeps[g])
			keeps[g] = is_good_enough(c, g, k, parts) ? 1 : -1;
		unit_ask(c, i, k, keeps[g] > 0 ? &c->seen->list[i].set[k] : &v, unit_group_wanted(c->want, g, k));
	}
}

/*
 * The kernel protects no more of a cgroup than of what it is in: each slice has what it had before, for others, and the
 * sum of those below. Slices come before what is in them, so from the end sums are ready.
 */
static void slices_ask(const struct unit_wanting *c, enum knob k)
{
	auto_free uint64_t *below = must_alloc((c->seen->n + 1) * sizeof(*below));

	for (unsigned i = (unsigned)c->seen->n; i--;) {
		const struct value *base = unit_base(&c->seen->list[i], k);
		struct value v = { .kind = VALUE_NUMBER, .number = below[i] + base->number };

		if (unit_is_root(c->seen, i))
			continue;
		below[c->seen->list[i].slice] += below[i] ? below[i] : c->u->list[i].wanted[k].value.number;
		if (below[i] && base->kind == VALUE_NUMBER)
			unit_ask(c, i, k, &v, NULL);
	}
}

static void knob_want(const struct unit_wanting *c, enum knob k)
{
	size_t n = c->p->n_groups + 1;
	auto_free uint64_t *bytes = must_alloc(n * sizeof(*bytes));
	auto_free unsigned *units = must_alloc(n * sizeof(*units));
	auto_free uint64_t *use = must_alloc(n * sizeof(*use));
	auto_free uint64_t *parts = must_alloc((c->seen->n + 1) * sizeof(*parts));
	struct pool pool = { k, bytes, units, use };

	pools_fill(c, &pool);
	parts_give(c, &pool, parts);
	parts_ask(c, k, parts);
	slices_ask(c, k);
}

void unit_want_protection(const struct unit_wanting *c)
{
	knob_want(c, KNOB_MEMORY_LOW);
	knob_want(c, KNOB_MEMORY_MIN);
}
