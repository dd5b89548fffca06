/* What systemd has to be told of units, and in which order. */
#include <errno.h>

#include "units_model.h"

static void nothing_asked_plans_nothing(void **state)
{
	struct model x = model_new("[a]\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_add(&x, "b.service", 1, NULL);
	model_expect(&x, "");
	model_done(&x);
}

static void a_second_run_plans_nothing(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%\nmemory = 100M..200M\ncpus = 0-1\ntasks = 100\nmemory.low = 50M\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_plan(&x);
	assert_true(x.plan->n > 5);
	model_apply(&x, NULL);
	model_expect(&x, "");
	model_done(&x);
}

static void what_is_wanted_no_more_is_given_back(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%\nmemory = 200M\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].set[KNOB_MEMORY_MAX] = (struct value){ .kind = VALUE_NUMBER, .number = 300 * MIB };
	x.seen.list[a].set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER, .number = 200 };
	model_kernel(&x.seen.list[a]);
	model_reach(&x);
	model_expect(&x, "");
	model_policy(&x, "[a]\ncpu = 0%..40%\n");
	model_expect(&x, "system.slice CPU_WEIGHT max back\na.service CPU_WEIGHT 200 back\na.service MEMORY_MAX 314572800 back\n");
	model_apply(&x, NULL);
	x.seen.list[a].group = GROUP_NONE;
	model_expect(&x, "a.service CPU_MAX max 100000 back\n");
	model_apply(&x, NULL);
	model_expect(&x, "");
	model_done(&x);
}

static void a_refused_unit_is_given_back(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_reach(&x);
	x.seen.list[a].refusal = "also holds pid 12 (sh), which no rule names";
	model_expect(&x, "a.service MEMORY_MAX max back\n");
	assert_int_equal(x.plan->list[0].group, GROUP_NONE);
	model_done(&x);
}

/* enforce = no has no node. */
static void a_group_that_is_only_watched_is_given_back(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_reach(&x);
	model_policy(&x, "[a]\nmemory = 200M\nenforce = no\n");
	model_expect(&x, "a.service MEMORY_MAX max back\n");
	model_done(&x);
}

static void what_somebody_wrote_past_systemd_is_set_again(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\ncpu = 0%..50%\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_reach(&x);
	x.seen.list[a].kernel[KNOB_MEMORY_MAX].number = 900 * MIB;
	x.seen.list[a].kernel[KNOB_CPU_MAX].number += 1;
	model_expect(&x, "a.service MEMORY_MAX 209715200\na.service CPU_MAX 2000000 1000000\n");
	assert_int_equal(x.plan->list[0].was.number, 900 * MIB);
	assert_int_equal(x.plan->list[0].at.line, 2);
	model_done(&x);
}

static void a_unit_that_does_not_run_is_told_to_systemd_only(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].cgroup = NULL;
	x.seen.list[a].memory_bytes.known = false;
	model_kernel(&x.seen.list[a]);
	model_plan(&x);
	assert_int_equal(x.plan->n, 1);
	assert_int_equal(x.plan->list[0].only_below_bytes, 0);
	model_apply(&x, NULL);
	model_expect(&x, "");
	model_done(&x);
}

static void memory_comes_down_only_below_use(void **state)
{
	struct model x = model_new("[a]\nmemory = 100M..200M\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].memory_bytes.value = 150 * MIB;
	model_plan(&x);
	assert_int_equal(x.plan->n, 2);
	assert_int_equal(x.plan->list[0].knob, KNOB_MEMORY_HIGH);
	assert_int_equal(x.plan->list[0].only_below_bytes, 0);
	assert_true(x.plan->list[0].may_reclaim);
	assert_int_equal(x.plan->list[1].only_below_bytes, 200 * MIB);
	assert_false(x.plan->list[1].may_reclaim);
	x.seen.list[a].memory_bytes = (struct counter){ false, 0 };
	model_plan(&x);
	assert_true(x.plan->list[0].may_reclaim);
	x.seen.list[a].memory_bytes = (struct counter){ true, 150 * MIB };
	model_plan(&x);
	model_apply(&x, NULL);
	model_policy(&x, "[a]\nmemory = 300M\n");
	model_plan(&x);
	assert_int_equal(x.plan->n, 2);
	assert_int_equal(x.plan->list[1].only_below_bytes, 0);
	assert_false(x.plan->list[1].may_reclaim);
	model_done(&x);
}

static void memory_comes_first_and_raises_last(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\ncpu = 0%..50%\ntasks = 50\n[b]\nmemory = 100M\ncpus = 1\ntasks = 10\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_add(&x, "b.service", 1, "b");
	model_reach(&x);
	model_policy(&x, "[a]\nmemory = 300M\ncpu = 0%..25%\ntasks = 60\n[b]\nmemory = 50M\ncpus = 0\ntasks = 5\n");
	model_expect(&x, "b.service MEMORY_MAX 52428800\n"
			 "a.service CPU_MAX 1000000 1000000\nb.service TASKS_MAX 5\n"
			 "b.service CPUS 0\n"
			 "a.service MEMORY_MAX 314572800\na.service TASKS_MAX 60\n");
	model_done(&x);
}

static void what_was_refused_is_not_tried_again_while_the_same_stands(void **state)
{
	struct model x = model_new("[a]\nmemory = 200M\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	refusals_put(&x.refusals, "a.service", KNOB_MEMORY_MAX, "209715200", unit_in_force(&x.seen.list[a], KNOB_MEMORY_MAX), EIO);
	model_expect(&x, "");
	x.seen.list[a].kernel[KNOB_MEMORY_MAX] = (struct value){ .kind = VALUE_NUMBER, .number = 4096 };
	model_expect(&x, "a.service MEMORY_MAX 209715200\n");
	model_done(&x);
}

/* Two units with 100M each, and the second uses nearly all of it. */
static struct model two_at_the_edge(void)
{
	struct model x = model_new("[a]\n[g]\nmemory = 200M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "g"), b = model_add(&x, "b.service", s, "g");

	model_reach(&x);
	assert_int_equal(x.seen.list[a].set[KNOB_MEMORY_MAX].number, 100 * MIB);
	x.seen.list[b].memory_bytes.value = 99 * MIB;
	return x;
}

static void a_raise_names_the_group_whose_limit_it_is_part_of(void **state)
{
	struct model x = two_at_the_edge();

	model_plan(&x);
	assert_int_equal(x.plan->n, 2);
	assert_false(x.plan->list[0].raises);
	assert_true(x.plan->list[1].raises);
	assert_int_equal(x.plan->list[0].within, x.plan->list[1].within);
	assert_int_equal(x.plan->list[1].within, policy_group(x.policy, "g"));
	model_done(&x);
}

static void no_raise_takes_what_a_refused_lowering_keeps(void **state)
{
	struct model x = two_at_the_edge();
	char text[300];

	model_plan(&x);
	unit_value_text(KNOB_MEMORY_MAX, &x.plan->list[0].value, text, sizeof(text));
	refusals_put(&x.refusals, "a.service", KNOB_MEMORY_MAX, text, &x.plan->list[0].was, EIO);
	model_expect(&x, "");
	model_done(&x);
}

static void no_raise_takes_what_is_still_in_use(void **state)
{
	struct model x = model_new("[g]\nmemory = 200M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "g"), b = model_add(&x, "b.service", s, "g");

	model_reach(&x);
	/* more than the group has: the greedy one has to shrink, the other waits for that */
	x.seen.list[a].memory_bytes.value = 180 * MIB;
	x.seen.list[a].set[KNOB_MEMORY_MAX].number = x.seen.list[a].kernel[KNOB_MEMORY_MAX].number = 180 * MIB;
	x.seen.list[b].set[KNOB_MEMORY_MAX].number = x.seen.list[b].kernel[KNOB_MEMORY_MAX].number = 20 * MIB;
	x.seen.list[b].memory_bytes.value = 30 * MIB;
	model_plan(&x);
	assert_int_equal(x.plan->n, 1);
	assert_int_equal(x.plan->list[0].unit, a);
	assert_true(x.plan->list[0].only_below_bytes < 180 * MIB);
	x.seen.list[a].memory_bytes.value = 100 * MIB;
	model_plan(&x);
	assert_int_equal(x.plan->n, 2);
	assert_int_equal(x.plan->list[1].unit, b);
	model_done(&x);
}

static void idle_and_weight_are_one_property(void **state)
{
	struct model x = model_new("[a]\ncpu.idle = yes\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_expect(&x, "a.service CPU_IDLE 1\n");
	model_apply(&x, NULL);
	model_expect(&x, "");
	model_policy(&x, "[a]\ncpu = 50%..100%\n");
	model_expect(&x, "a.service CPU_MAX 4000000 1000000\nsystem.slice CPU_WEIGHT 281\na.service CPU_WEIGHT 181\n");
	model_apply(&x, NULL);
	model_expect(&x, "");
	x.seen.list[a].group = GROUP_NONE;
	model_plan(&x);
	model_apply(&x, NULL);
	model_expect(&x, "");
	assert_int_equal(x.seen.list[a].kernel[KNOB_CPU_WEIGHT].number, 100);
	model_done(&x);
}

static void a_unit_that_was_idle_is_idle_again(void **state)
{
	struct model x = model_new("[a]\ncpu.idle = no\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_set(&x.seen.list[a], KNOB_CPU_IDLE, &(struct value){ .kind = VALUE_NUMBER, .number = 1 });
	model_expect(&x, "a.service CPU_WEIGHT max\n");
	model_apply(&x, NULL);
	model_expect(&x, "");
	assert_int_equal(x.seen.list[a].kernel[KNOB_CPU_IDLE].number, 0);
	model_policy(&x, "[a]\n");
	model_expect(&x, "a.service CPU_IDLE 1 back\n");
	model_apply(&x, NULL);
	model_expect(&x, "");
	model_done(&x);
}

static void what_is_frozen_runs_again_when_nobody_wants_it_frozen(void **state)
{
	struct model x = model_new("[a]\n[a/b]\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a/b");
	bool frozen[2] = { true, false };

	for (int i = 0; i < 2; i++) {
		unit_want_free(x.u);
		want_free(x.want);
		unit_plan_free(x.plan);
		x.want = want_make(x.policy, &x.m, false, frozen);
		x.u = unit_want_make(x.policy, &x.m, x.want, &x.seen);
		x.plan = unit_plan_make(x.u, &x.seen, NULL);
		assert_int_equal(x.plan->n, 1);
		assert_int_equal(x.plan->list[0].knob, KNOB_FREEZE);
		model_apply(&x, NULL);
		assert_int_equal(x.seen.list[a].kernel[KNOB_FREEZE].number, frozen[0]);
		frozen[0] = false;
	}
	model_expect(&x, "");
	model_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_plans_nothing),
		cmocka_unit_test(a_second_run_plans_nothing),
		cmocka_unit_test(what_is_wanted_no_more_is_given_back),
		cmocka_unit_test(a_refused_unit_is_given_back),
		cmocka_unit_test(a_group_that_is_only_watched_is_given_back),
		cmocka_unit_test(what_somebody_wrote_past_systemd_is_set_again),
		cmocka_unit_test(a_unit_that_does_not_run_is_told_to_systemd_only),
		cmocka_unit_test(memory_comes_down_only_below_use),
		cmocka_unit_test(memory_comes_first_and_raises_last),
		cmocka_unit_test(what_was_refused_is_not_tried_again_while_the_same_stands),
		cmocka_unit_test(a_raise_names_the_group_whose_limit_it_is_part_of),
		cmocka_unit_test(no_raise_takes_what_a_refused_lowering_keeps),
		cmocka_unit_test(no_raise_takes_what_is_still_in_use),
		cmocka_unit_test(idle_and_weight_are_one_property),
		cmocka_unit_test(a_unit_that_was_idle_is_idle_again),
		cmocka_unit_test(what_is_frozen_runs_again_when_nobody_wants_it_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
