/* Reservations of units as weights, from the root slice on. */
#include "unit_shares.h"
#include "units_model.h"

static bool is_near(double a, double b)
{
	return a > b * 0.99 && a < b * 1.01;
}

static const double *share_of(const struct model *x, double *ret)
{
	unit_shares(x->u, &x->seen, unit_in_force, ret);
	return ret;
}

/* 95 % of the machine in one slice, while much in that slice and beside it wants CPU. */
static void forty_percent_are_forty_percent(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[b]\ncpu = 60%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "b");
	double share[8];

	x.seen.list[0].others_weight = 300;
	x.seen.list[s].others_weight = 0;
	model_reach(&x);
	share_of(&x, share);
	assert_true(is_near(share[a], 0.38));
	assert_true(is_near(share[b], 0.57));
	/* who wants CPU in the slice has a part of what is left, as it had before: 100 of 400 */
	assert_true(is_near(1 - share[s], 0.05 * 300 / 400));
	model_expect(&x, "");
	model_done(&x);
}

static void a_slice_that_was_heavier_keeps_more_for_others(void **state)
{
	struct model x = model_new("[a]\ncpu = 50%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a");
	double share[8];

	x.seen.list[s].set[KNOB_CPU_WEIGHT] = x.seen.list[s].kernel[KNOB_CPU_WEIGHT] =
		(struct value){ .kind = VALUE_NUMBER, .number = 300 };
	for (int i = 0; i < 3; i++) {
		model_reach(&x);
		share_of(&x, share);
		assert_true(is_near(share[a], 0.475));
		assert_true(is_near(share[s] - share[a], 0.525 * 300 / 400));
	}
	model_done(&x);
}

static void every_slice_on_the_way_is_weighed(void **state)
{
	struct model x = model_new("[a]\ncpu = 80%..100%\n");
	unsigned s = model_slices(&x), inner = model_add(&x, "system-a.slice", s, NULL), a = model_add(&x, "a.service", inner, "a");
	double share[8];

	x.seen.list[s].others_weight = 500;
	x.seen.list[inner].others_weight = 200;
	model_reach(&x);
	share_of(&x, share);
	assert_true(is_near(share[a], 0.76));
	model_expect(&x, "");
	model_done(&x);
}

static void who_reserves_nothing_weighs_least(void **state)
{
	struct model x = model_new("[a]\ncpu = 80%..100%\n[b]\n");
	unsigned s = model_slices(&x), b;

	model_add(&x, "a.service", s, "a");
	b = model_add(&x, "b.service", model_add(&x, "user.slice", 0, NULL), "b");
	model_want(&x);
	assert_int_equal(model_number(&x, b, KNOB_CPU_WEIGHT), 1);
	/* what it is in stays as it was */
	assert_int_equal(model_wanted(&x, x.seen.list[b].slice, KNOB_CPU_WEIGHT)->value.kind, VALUE_UNKNOWN);
	model_done(&x);
}

/* No weight is larger than 10000. */
static void what_weights_cannot_give_is_said(void **state)
{
	struct model x = model_new("[a]\ncpu = 100%\n[b]\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "b");
	double share[8];

	x.seen.list[0].others_weight = 3000;
	model_reach(&x);
	share_of(&x, share);
	assert_int_equal(model_number(&x, s, KNOB_CPU_WEIGHT), 10000);
	assert_string_equal(model_wanted(&x, a, KNOB_CPU_WEIGHT)->impossible,
			    "the largest weight is 10000: 80.2% instead of 100%, while others of weight 3100 want CPU");
	assert_true(is_near(share[a], 0.7616));
	assert_null(model_wanted(&x, b, KNOB_CPU_WEIGHT)->impossible);
	model_expect(&x, "");
	model_done(&x);
}

/* Its members are in children only: all of the group's reservation is theirs, as in a tree of its own. */
static void a_reservation_goes_to_those_that_are_there(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[a/b]\ncpu = 50%..100%\n[a/c]\ncpu = 25%..100%\n");
	unsigned s = model_slices(&x), b = model_add(&x, "b.service", s, "a/b"), c;

	model_want(&x);
	assert_true(is_near(x.u->list[b].cpu_min_percent, 40));
	c = model_add(&x, "c.service", s, "a/c");
	model_want(&x);
	assert_true(is_near(x.u->list[b].cpu_min_percent, 40.0 * 2 / 3));
	assert_true(is_near(x.u->list[c].cpu_min_percent, 40.0 / 3));
	model_add(&x, "a.service", s, "a");
	model_want(&x);
	assert_true(is_near(x.u->list[b].cpu_min_percent, 20));
	assert_true(is_near(x.u->list[c].cpu_min_percent, 10));
	model_done(&x);
}

static void children_that_reserve_nothing_share_evenly(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[a/b]\n[a/c]\n");
	unsigned s = model_slices(&x), b = model_add(&x, "b.service", s, "a/b"), c = model_add(&x, "c.service", s, "a/c");

	model_want(&x);
	assert_true(is_near(x.u->list[b].cpu_min_percent, 20));
	assert_true(is_near(x.u->list[c].cpu_min_percent, 20));
	model_done(&x);
}

static void units_of_a_group_split_its_reservation_by_demand(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");
	double share[8];

	x.seen.list[a].cpu_waits = true;
	model_reach(&x);
	share_of(&x, share);
	assert_true(is_near(share[a] + share[b], 0.38));
	assert_true(share[a] > 0.30);
	assert_true(share[b] > 0.38 / 16);
	model_done(&x);
}

static void who_does_not_wait_has_what_he_uses_and_some_more(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");
	double before;

	x.seen.list[a].cpu_waits = true;
	x.seen.list[b].cpu_percent = 9;
	model_want(&x);
	assert_true(x.u->list[b].cpu_min_percent >= 12 && x.u->list[b].cpu_min_percent < 15);
	assert_true(is_near(x.u->list[a].cpu_min_percent, 40 - x.u->list[b].cpu_min_percent));
	before = x.u->list[b].cpu_min_percent;
	x.seen.list[b].cpu_percent = 9.1;
	model_want(&x);
	assert_true(x.u->list[b].cpu_min_percent <= before && x.u->list[b].cpu_min_percent >= before);
	model_done(&x);
}

static void weights_that_are_nearly_right_stay(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[b]\ncpu = 20%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), a2 = model_add(&x, "a2.service", s, "a");

	model_add(&x, "b.service", s, "b");
	x.seen.list[0].others_weight = 100;
	x.seen.list[s].others_weight = 200;
	x.seen.list[a].cpu_waits = true;
	x.seen.list[a2].cpu_percent = 10;
	model_reach(&x);
	/* a little less wants CPU, a little more is used */
	x.seen.list[s].others_weight = 190;
	x.seen.list[a2].cpu_percent = 11;
	model_expect(&x, "");
	/* much less */
	x.seen.list[s].others_weight = 100;
	model_plan(&x);
	assert_true(x.plan->n > 0);
	x.seen.list[s].others_weight = 200;
	model_expect(&x, "");
	/* a little more takes from what is reserved */
	x.seen.list[s].others_weight = 210;
	model_plan(&x);
	assert_true(x.plan->n > 0);
	x.seen.list[s].others_weight = 200;
	/* both wait: half each */
	x.seen.list[a2].cpu_waits = true;
	model_plan(&x);
	assert_true(x.plan->n > 0);
	model_done(&x);
}

static void weights_of_somebody_else_never_stay(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_reach(&x);
	x.seen.list[a].before[KNOB_CPU_WEIGHT] = x.seen.list[a].before[KNOB_CPU_IDLE] = (struct value){ .kind = VALUE_UNKNOWN };
	x.seen.list[a].set[KNOB_CPU_WEIGHT].number += 5;
	x.seen.list[a].kernel[KNOB_CPU_WEIGHT].number += 5;
	model_plan(&x);
	assert_int_equal(x.plan->n, 1);
	model_done(&x);
}

/* The others in the list, whose groups do not limit them, count when they want CPU. */
static void a_unit_that_is_given_back_counts_among_the_others(void **state)
{
	struct model x = model_new("[a]\ncpu = 50%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, NULL);
	double idle, busy;

	x.seen.list[b].set[KNOB_CPU_WEIGHT] = x.seen.list[b].kernel[KNOB_CPU_WEIGHT] =
		(struct value){ .kind = VALUE_NUMBER, .number = 900 };
	model_want(&x);
	idle = (double)model_number(&x, a, KNOB_CPU_WEIGHT);
	x.seen.list[b].cpu_percent = 5;
	model_want(&x);
	busy = (double)model_number(&x, a, KNOB_CPU_WEIGHT);
	assert_true(is_near(busy, idle * 10));
	x.seen.list[b].cpu_percent = -1;
	model_want(&x);
	assert_int_equal(model_number(&x, a, KNOB_CPU_WEIGHT), busy);
	x.seen.list[b].cpu_percent = 0;
	x.seen.list[b].cpu_waits = true;
	model_want(&x);
	assert_int_equal(model_number(&x, a, KNOB_CPU_WEIGHT), busy);
	model_done(&x);
}

static void an_idle_slice_wakes_for_what_is_reserved_in_it(void **state)
{
	struct model x = model_new("[a]\ncpu = 50%..100%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a");
	double share[8];

	model_set(&x.seen.list[s], KNOB_CPU_IDLE, &(struct value){ .kind = VALUE_NUMBER, .number = 1 });
	model_reach(&x);
	share_of(&x, share);
	assert_int_equal(x.seen.list[s].kernel[KNOB_CPU_IDLE].number, 0);
	assert_true(share[a] > 0.475 * 0.99);
	/* one default sibling has 100 of the 101 that others weigh */
	assert_true(is_near(1 - share[s], 0.525 * 100 / 101));
	model_expect(&x, "");
	model_done(&x);
}

static void nothing_weighs_on_the_root(void **state)
{
	struct model x = model_new("[a]\ncpu = 50%..100%\n");
	unsigned a = model_add(&x, "a.service", model_add(&x, "-.slice", 0, NULL), "a");
	double share[8];

	model_reach(&x);
	assert_int_equal(model_wanted(&x, 0, KNOB_CPU_WEIGHT)->value.kind, VALUE_UNKNOWN);
	assert_true(is_near(share_of(&x, share)[a], 0.475));
	model_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forty_percent_are_forty_percent),
		cmocka_unit_test(a_slice_that_was_heavier_keeps_more_for_others),
		cmocka_unit_test(every_slice_on_the_way_is_weighed),
		cmocka_unit_test(who_reserves_nothing_weighs_least),
		cmocka_unit_test(what_weights_cannot_give_is_said),
		cmocka_unit_test(a_reservation_goes_to_those_that_are_there),
		cmocka_unit_test(children_that_reserve_nothing_share_evenly),
		cmocka_unit_test(units_of_a_group_split_its_reservation_by_demand),
		cmocka_unit_test(who_does_not_wait_has_what_he_uses_and_some_more),
		cmocka_unit_test(weights_that_are_nearly_right_stay),
		cmocka_unit_test(weights_of_somebody_else_never_stay),
		cmocka_unit_test(a_unit_that_is_given_back_counts_among_the_others),
		cmocka_unit_test(an_idle_slice_wakes_for_what_is_reserved_in_it),
		cmocka_unit_test(nothing_weighs_on_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
