/* Laws of what is wanted of units, whatever the policy, the units and what they use. */
#include "units_drawn.h"
#include "unit_parts.h"

#define ROUNDS 400

static const enum knob limits[] = {KNOB_CPU_MAX, KNOB_MEMORY_MAX, KNOB_MEMORY_HIGH, KNOB_SWAP_MAX, KNOB_TASKS_MAX};

/* In the property's measure; UINT64_MAX: no limit. */
static uint64_t amount(enum knob k, const struct value *v)
{
	if (k == KNOB_CPU_MAX)
		return unit_quota_usec(v);
	return v->kind == VALUE_NUMBER ? v->number : UINT64_MAX;
}

static uint64_t quantum(enum knob k)
{
	return k == KNOB_CPU_MAX ? 100 : k == KNOB_TASKS_MAX ? 1 : 4096;
}

static bool counts(const struct model *x, unsigned unit, unsigned group)
{
	const struct seen_unit *s = &x->seen.list[unit];

	return s->group != GROUP_NONE && !s->refusal && unit_group_is_in(x->policy, s->group, group);
}

static unsigned count(const struct model *x, unsigned group)
{
	unsigned n = 0;

	for (unsigned i = 0; i < x->seen.n; i++)
		n += counts(x, i, group);
	return n;
}

static uint64_t limit_of(const struct model *x, unsigned group, enum knob k)
{
	const struct wanted *w = unit_group_wanted(x->want, group, k);

	return w ? amount(k, &w->value) : UINT64_MAX;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t sum_wanted(const struct model *x, unsigned group, enum knob k)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < x->seen.n; i++)
		if (counts(x, i, group))
			sum = plus(sum, amount(k, &model_wanted(x, i, k)->value));
	return sum;
}

static uint64_t sum_set(const struct model *x, unsigned group, enum knob k)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < x->seen.n; i++)
		if (counts(x, i, group))
			sum = plus(sum, amount(k, &x->seen.list[i].set[k]));
	return sum;
}

static void each_round(void (*law)(struct model *x))
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct model x;

		seed_now = seed * UINT64_C(0x9E3779B97F4A7C15);
		x = model_drawn();
		law(&x);
		model_done(&x);
	}
}

static void each_limit(struct model *x, void (*look)(struct model *x, unsigned group, enum knob k, uint64_t limit))
{
	for (unsigned g = 0; g < x->policy->n_groups; g++)
		for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
			if (count(x, g) && limit_of(x, g, limits[i]) != UINT64_MAX)
				look(x, g, limits[i], limit_of(x, g, limits[i]));
}

static bool has_own_unit(const struct model *x, unsigned group)
{
	for (unsigned i = 0; i < x->seen.n; i++)
		if (counts(x, i, group) && x->seen.list[i].group == group)
			return true;
	return false;
}

static bool is_topmost(const struct model *x, unsigned group, enum knob k)
{
	for (group = x->policy->groups[group].parent; group != GROUP_NONE; group = x->policy->groups[group].parent)
		if (limit_of(x, group, k) != UINT64_MAX)
			return false;
	return true;
}

static void sum_look(struct model *x, unsigned group, enum knob k, uint64_t limit)
{
	uint64_t sum = sum_wanted(x, group, k);

	if (sum > limit)
		fail_msg("%s %s: %lu is above %lu", x->policy->groups[group].path, knob_rows[k].id, sum, limit);
	if (k != KNOB_MEMORY_HIGH && is_topmost(x, group, k) && has_own_unit(x, group) && sum + quantum(k) < limit)
		fail_msg("%s %s: only %lu of %lu", x->policy->groups[group].path, knob_rows[k].id, sum, limit);
}

static void sums_law(struct model *x)
{
	for (int i = 0; i < 3; i++) {
		model_want(x);
		each_limit(x, sum_look);
		model_reach(x);
		demands_draw(x);
	}
}

static void the_parts_come_to_the_limit_and_never_to_more(void **state)
{
	each_round(sums_law);
}

/* Were all limits above split evenly. */
static uint64_t even_part(const struct model *x, unsigned unit, enum knob k)
{
	uint64_t part = UINT64_MAX;

	for (unsigned g = x->seen.list[unit].group; g != GROUP_NONE; g = x->policy->groups[g].parent)
		if (limit_of(x, g, k) != UINT64_MAX && limit_of(x, g, k) / count(x, g) < part)
			part = limit_of(x, g, k) / count(x, g);
	return part;
}

static void starving_law(struct model *x)
{
	model_want(x);
	for (unsigned i = 0; i < x->seen.n; i++)
		for (size_t j = 0; j < ARRAY_SIZE(limits) && counts(x, i, x->seen.list[i].group); j++) {
			uint64_t part = even_part(x, i, limits[j]);
			uint64_t got = amount(limits[j], &model_wanted(x, i, limits[j])->value);

			if (limits[j] == KNOB_MEMORY_HIGH || part == UINT64_MAX)
				continue;
			if (got + 2 * quantum(limits[j]) < part / 16)
				fail_msg("%s %s: %lu", x->seen.list[i].name, knob_rows[limits[j]].id, got);
		}
}

static void nobody_is_starved(void **state)
{
	each_round(starving_law);
}

/* Everybody with what he uses, or the little that nobody is kept from. */
static bool use_fits(const struct model *x, unsigned group)
{
	for (; group != GROUP_NONE; group = x->policy->groups[group].parent) {
		uint64_t sum = 0;

		for (unsigned i = 0; i < x->seen.n; i++) {
			const struct seen_unit *s = &x->seen.list[i];
			uint64_t use = s->memory_bytes.known ? s->memory_bytes.value : 0;

			if (counts(x, i, group))
				sum += use + even_part(x, i, KNOB_MEMORY_MAX) / 4 + 8192;
		}
		if (limit_of(x, group, KNOB_MEMORY_MAX) != UINT64_MAX && sum > limit_of(x, group, KNOB_MEMORY_MAX))
			return false;
	}
	return true;
}

static void use_law(struct model *x)
{
	model_want(x);
	for (unsigned i = 0; i < x->seen.n; i++) {
		const struct seen_unit *s = &x->seen.list[i];
		const struct value *v = &model_wanted(x, i, KNOB_MEMORY_MAX)->value;

		if (counts(x, i, s->group) && v->kind == VALUE_NUMBER && s->memory_bytes.known && use_fits(x, s->group) &&
		    v->number < s->memory_bytes.value)
			fail_msg("%s uses %lu, and is to have %lu", s->name, s->memory_bytes.value, v->number);
	}
}

static void no_limit_is_below_use_while_all_use_fits(void **state)
{
	each_round(use_law);
}

static bool is_shrinking(const struct model *x)
{
	for (size_t i = 0; i < x->plan->n; i++) {
		const struct unit_action *a = &x->plan->list[i];
		const struct counter *use = &x->seen.list[a->unit].memory_bytes;

		if (a->only_below_bytes && (!use->known || use->value > a->only_below_bytes))
			return true;
	}
	return false;
}

static void again_law(struct model *x)
{
	for (int i = 0; i < 4; i++) {
		auto_free char *told = NULL;

		model_plan(x);
		model_apply(x, NULL);
		model_plan(x);
		told = model_told(x);
		if (*told && !is_shrinking(x))
			fail_msg("round %d, a second run plans:\n%s", i, told);
		demands_draw(x);
	}
}

static void what_was_applied_plans_nothing_more(void **state)
{
	each_round(again_law);
}

static uint64_t sums_before[64][KNOB__COUNT];

static void sum_keep(struct model *x, unsigned group, enum knob k, uint64_t limit)
{
	sums_before[group][k] = sum_set(x, group, k);
	if (sums_before[group][k] < limit)
		sums_before[group][k] = limit;
}

static void sum_in_between(struct model *x, unsigned group, enum knob k, uint64_t limit)
{
	if (sum_set(x, group, k) > sums_before[group][k])
		fail_msg("%s %s: %lu in between, of %lu", x->policy->groups[group].path, knob_rows[k].id,
			 sum_set(x, group, k), limit);
}

static void sums_in_between(struct model *x, const struct unit_action *a)
{
	each_limit(x, sum_in_between);
}

static void between_law(struct model *x)
{
	for (int i = 0; i < 5; i++) {
		model_plan(x);
		each_limit(x, sum_keep);
		model_apply(x, sums_in_between);
		demands_draw(x);
	}
}

static void at_no_step_has_a_group_more_than_its_limit(void **state)
{
	each_round(between_law);
}

/* Fair sharing as the kernel does it, with everyone busy: by weight, at each level. */
static double share_of(const struct model *x, unsigned unit)
{
	const struct seen_unit *list = x->seen.list;
	unsigned slice = list[unit].slice;
	double sum = list[slice].others_weight ? (double)list[slice].others_weight : 100;

	if (unit == slice)
		return 1;
	for (unsigned i = 0; i < x->seen.n; i++)
		if (list[i].slice == slice && i != slice && (counts(x, i, list[i].group) || strstr(list[i].name, ".slice") ||
							     list[i].cpu_waits || list[i].cpu_percent < 0 || list[i].cpu_percent >= 1))
			sum += (double)(list[i].cgroup ? list[i].kernel : list[i].set)[KNOB_CPU_WEIGHT].number;
	return share_of(x, slice) * (double)unit_in_force(&list[unit], KNOB_CPU_WEIGHT)->number / sum;
}

static bool is_said(const struct model *x, unsigned group)
{
	for (unsigned i = 0; i < x->seen.n; i++)
		if (counts(x, i, group) && model_wanted(x, i, KNOB_CPU_WEIGHT)->impossible)
			return true;
	return false;
}

static void shares_law(struct model *x)
{
	for (unsigned i = 0; i < x->seen.n; i++)
		if (x->seen.list[i].set[KNOB_CPU_WEIGHT].kind == VALUE_MAX)
			x->seen.list[i].set[KNOB_CPU_WEIGHT].number = 100;
	for (int round = 0; round < 3; round++) {
		model_reach(x);
		for (unsigned g = 0; g < x->policy->n_groups; g++) {
			double reserved = x->want->nodes[x->want->node_of_group[g]].cpu_min_percent / 100 * 0.95, got = 0;

			for (unsigned i = 0; i < x->seen.n; i++)
				got += counts(x, i, g) ? share_of(x, i) : 0;
			if (count(x, g) && got < reserved * 0.99 && !is_said(x, g))
				fail_msg("%s: %g of %g", x->policy->groups[g].path, got, reserved);
		}
		demands_draw(x);
	}
}

static void each_group_gets_what_is_reserved_for_it(void **state)
{
	each_round(shares_law);
}

static void told_law(struct model *x)
{
	model_reach(x);
	model_plan(x);
	if (is_shrinking(x))
		return;
	unit_want_tell(x->want, x->policy, x->u, &x->seen);
	for (unsigned g = 0; g < x->policy->n_groups; g++)
		for (int k = 0; k < KNOB__COUNT; k++) {
			const struct wanted *w = unit_group_wanted(x->want, g, (enum knob)k);
			struct value now;

			unit_effective(x->policy, x->u, &x->seen, g, (enum knob)k, &now);
			if (w->value.kind != VALUE_UNKNOWN && !value_equal(&w->value, &now))
				fail_msg("%s %s: %lu, and not %lu", x->policy->groups[g].path, knob_rows[k].id, now.number,
					 w->value.number);
		}
}

static void what_is_in_force_is_told_as_wanted(void **state)
{
	each_round(told_law);
}

static void back_law(struct model *x)
{
	auto_free struct seen_unit *was = must_alloc(x->seen.n * sizeof(*was));

	memcpy(was, x->seen.list, x->seen.n * sizeof(*was));
	model_reach(x);
	demands_draw(x);
	model_reach(x);
	for (unsigned i = 0; i < x->seen.n; i++) {
		x->seen.list[i].group = GROUP_NONE;
		x->seen.list[i].memory_bytes.value = 0;
	}
	model_reach(x);
	for (unsigned i = 0; i < x->seen.n; i++)
		for (int k = 0; k < KNOB__COUNT; k++) {
			assert_int_equal(x->seen.list[i].before[k].kind, VALUE_UNKNOWN);
			assert_true(value_equal(&x->seen.list[i].set[k], &was[i].set[k]));
		}
}

static void everything_is_given_back_as_it_was(void **state)
{
	each_round(back_law);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_come_to_the_limit_and_never_to_more),
		cmocka_unit_test(nobody_is_starved),
		cmocka_unit_test(no_limit_is_below_use_while_all_use_fits),
		cmocka_unit_test(what_was_applied_plans_nothing_more),
		cmocka_unit_test(at_no_step_has_a_group_more_than_its_limit),
		cmocka_unit_test(each_group_gets_what_is_reserved_for_it),
		cmocka_unit_test(what_is_in_force_is_told_as_wanted),
		cmocka_unit_test(everything_is_given_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
