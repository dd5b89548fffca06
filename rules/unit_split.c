/* One limit, split by demand among those who share it. */
#include "unit_split.h"

#include <cgq/auto.h>
#include <cgq/memory.h>

/* Of what others would give it, nine tenths are as good: no write for noise. */
#define GOOD_PART(part) ((part) - (part) / 10)

struct splitting {
	struct share *list;
	size_t n;
	uint64_t *take; /* by share: what it takes at the level looked at */
};

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Four steps, each as wide as the whole limit. */
static uint64_t unit_take(const struct share *s, uint64_t whole, uint64_t level)
{
	uint64_t step = level / whole, l = level % whole;

	if (step == 0)
		return min_u64(s->sure, l);
	if (step == 1)
		return max_u64(s->sure, min_u64(s->fair, l));
	if (step == 2)
		return max_u64(s->fair, min_u64(s->need, l));
	return s->need + (level - 3 * whole);
}

/* What all below top take at that level, in c->take; top itself without its own limit. */
static uint64_t level_take(const struct splitting *c, unsigned top, uint64_t whole, uint64_t level)
{
	for (size_t i = top; i < c->n; i++)
		c->take[i] = c->list[i].is_unit ? unit_take(&c->list[i], whole, level) : 0;
	for (size_t i = c->n; i-- > top + 1;) {
		c->take[i] = min_u64(c->take[i], c->list[i].most);
		c->take[c->list[i].parent] += c->list[i].parent >= top ? c->take[i] : 0;
	}
	return c->take[top];
}

/* The highest level at which they take no more than the part of top. */
static uint64_t level_find(const struct splitting *c, unsigned top, uint64_t whole)
{
	uint64_t low = 0, high = 4 * whole;

	if (level_take(c, top, whole, high) <= c->list[top].part)
		return high;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (level_take(c, top, whole, middle) <= c->list[top].part)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* One level up is more than there is: who would take more gets of the rest, the first ones first. */
static void children_fill(const struct splitting *c, unsigned top, uint64_t whole)
{
	uint64_t level = level_find(c, top, whole), left = c->list[top].part;

	left -= min_u64(left, level_take(c, top, whole, level));
	for (size_t i = top + 1; i < c->n; i++)
		if (c->list[i].parent == top)
			c->list[i].part = c->take[i];
	level_take(c, top, whole, level + 1);
	for (size_t i = top + 1; i < c->n; i++) {
		struct share *s = &c->list[i];
		uint64_t more;

		if (s->parent != top)
			continue;
		more = min_u64(left, c->take[i] - s->part);
		s->part += more;
		left -= more;
	}
}

static uint64_t sum_now(const struct splitting *c, unsigned top)
{
	for (size_t i = 0; i < c->n; i++)
		c->take[i] = c->list[i].is_unit ? c->list[i].now : 0;
	for (size_t i = c->n; i-- > 1;)
		c->take[c->list[i].parent] += c->take[i];
	return c->take[top];
}

static uint64_t sum_parts(const struct splitting *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += c->list[i].is_unit ? c->list[i].part : 0;
	return sum;
}

static bool is_content(const struct share *s)
{
	return s->now >= min_u64(s->sure, s->part) && (s->now >= s->enough || s->now >= GOOD_PART(s->part));
}

static bool is_good_enough(const struct splitting *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].is_unit && (c->list[i].now == SHARE_UNKNOWN || !is_content(&c->list[i])))
			return false;
	if (sum_now(c, 0) != sum_parts(c))
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (c->take[i] > c->list[i].most)
			return false;
	return true;
}

void unit_split(struct share *list, size_t n)
{
	auto_free uint64_t *take = must_alloc(n * sizeof(*take));
	struct splitting c = { list, n, take };
	uint64_t whole = max_u64(list[0].most, 1);

	for (size_t i = 0; i < n; i++) {
		list[i].sure = min_u64(list[i].sure, whole);
		list[i].fair = min_u64(max_u64(list[i].fair, list[i].sure), whole);
		list[i].need = min_u64(max_u64(list[i].need, list[i].fair), whole);
	}
	list[0].part = list[0].most;
	for (unsigned i = 0; i < n; i++)
		if (!list[i].is_unit)
			children_fill(&c, i, whole);
	if (is_good_enough(&c))
		for (size_t i = 0; i < n; i++)
			list[i].part = list[i].is_unit ? list[i].now : list[i].part;
}
