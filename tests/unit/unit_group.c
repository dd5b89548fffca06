/* What units come to for their group. */
#include "units_model.h"

static const struct wanted *told(struct model *x, const char *group, enum knob k)
{
	return &x->want->nodes[x->want->node_of_group[policy_group(x->policy, group)]].wanted[k];
}

static struct value effective(struct model *x, const char *group, enum knob k)
{
	struct value v;

	unit_effective(x->policy, x->u, &x->seen, policy_group(x->policy, group), k, &v);
	return v;
}

static void model_tell(struct model *x)
{
	model_want(x);
	unit_want_tell(x->want, x->policy, x->u, &x->seen);
}

static void assert_value(const struct value *v, enum knob k, const char *expected)
{
	char text[300];

	unit_value_text(k, v, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void assert_both(struct model *x, const char *group, enum knob k, const char *expected)
{
	struct value v = effective(x, group, k);

	assert_value(&told(x, group, k)->value, k, expected);
	assert_value(&v, k, expected);
}

static void one_unit_is_its_group(void **state)
{
	struct model x = model_new("[a]\ncpu = 33.333%\nmemory = 100M..200M\ncpus = 0-1\ncpu.burst = 1ms\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_reach(&x);
	model_tell(&x);
	assert_both(&x, "a", KNOB_CPU_MAX, "133330 100000");
	assert_both(&x, "a", KNOB_MEMORY_HIGH, "104857600");
	assert_both(&x, "a", KNOB_MEMORY_MAX, "209715200");
	assert_both(&x, "a", KNOB_CPUS, "0-1");
	assert_string_equal(told(&x, "a", KNOB_CPU_BURST)->impossible, "a.service: systemd has no property for cpu.max.burst");
	assert_int_equal(told(&x, "a", KNOB_CPU_BURST)->value.kind, VALUE_UNKNOWN);
	assert_int_equal(told(&x, "a", KNOB_CPU_MAX)->at->line, 2);
	model_done(&x);
}

static void several_are_their_sum_and_a_parents_with_its_childrens(void **state)
{
	struct model x = model_new("[a]\ncpu = 0%..50%\nmemory = 400M\ntasks = 101\n[a/b]\nmemory = 100M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a/b");

	model_add(&x, "c.service", s, "a/b");
	x.seen.list[a].cpu_percent = 7.77;
	x.seen.list[b].cpu_percent = 11.1;
	x.seen.list[b].cpu_waits = true;
	model_reach(&x);
	model_tell(&x);
	assert_both(&x, "a", KNOB_CPU_MAX, "200000 100000");
	assert_both(&x, "a", KNOB_MEMORY_MAX, "419430400");
	assert_both(&x, "a", KNOB_TASKS_MAX, "101");
	assert_both(&x, "a/b", KNOB_MEMORY_MAX, "104857600");
	model_done(&x);
}

static void a_unit_with_a_period_of_its_own_is_as_wanted(void **state)
{
	struct model x = model_new("[a]\ncpu = 33.333%\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	model_reach(&x);
	/* CPUQuotaPeriodSec=10ms */
	x.seen.list[a].kernel[KNOB_CPU_MAX] = (struct value){ .kind = VALUE_QUOTA, .number = 13333, .period = 10000 };
	model_expect(&x, "");
	model_tell(&x);
	assert_both(&x, "a", KNOB_CPU_MAX, "133330 100000");
	x.seen.list[a].kernel[KNOB_CPU_MAX].number = 13332;
	model_tell(&x);
	assert_int_equal(effective(&x, "a", KNOB_CPU_MAX).number, 133320);
	model_done(&x);
}

static void less_than_a_millisecond_has_the_long_period(void **state)
{
	struct model x = model_new("[a]\ncpu = 0.1%\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_reach(&x);
	model_expect(&x, "");
	model_tell(&x);
	assert_both(&x, "a", KNOB_CPU_MAX, "4000 1000000");
	model_done(&x);
}

static void what_is_not_in_force_shows(void **state)
{
	struct model x = model_new("[a]\nmemory = 400M\ncpus = 0-1\ncpu.idle = yes\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	model_reach(&x);
	x.seen.list[a].kernel[KNOB_MEMORY_MAX].number = 300 * MIB;
	x.seen.list[a].kernel[KNOB_CPUS].list = "0";
	x.seen.list[b].kernel[KNOB_CPU_IDLE].number = 0;
	model_tell(&x);
	assert_int_equal(effective(&x, "a", KNOB_MEMORY_MAX).number, 500 * MIB);
	assert_int_equal(effective(&x, "a", KNOB_CPUS).kind, VALUE_UNKNOWN);
	assert_int_equal(effective(&x, "a", KNOB_CPU_IDLE).kind, VALUE_UNKNOWN);
	x.seen.list[b].kernel[KNOB_MEMORY_MAX].kind = VALUE_MAX;
	assert_int_equal(effective(&x, "a", KNOB_MEMORY_MAX).kind, VALUE_MAX);
	x.seen.list[a].kernel[KNOB_MEMORY_MAX].kind = x.seen.list[a].set[KNOB_MEMORY_MAX].kind = VALUE_UNKNOWN;
	assert_int_equal(effective(&x, "a", KNOB_MEMORY_MAX).kind, VALUE_UNKNOWN);
	model_done(&x);
}

static void where_nothing_runs_nothing_is_in_force_and_nothing_wrong(void **state)
{
	struct model x = model_new("[a]\nmemory = 400M\n[b]\nmemory = 1G\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].cgroup = NULL;
	model_kernel(&x.seen.list[a]);
	model_reach(&x);
	model_tell(&x);
	assert_int_equal(told(&x, "a", KNOB_MEMORY_MAX)->value.kind, VALUE_UNKNOWN);
	assert_int_equal(effective(&x, "a", KNOB_MEMORY_MAX).kind, VALUE_UNKNOWN);
	assert_null(told(&x, "a", KNOB_MEMORY_MAX)->impossible);
	assert_true(told(&x, "a", KNOB_MEMORY_MAX)->asked);
	assert_int_equal(told(&x, "b", KNOB_MEMORY_MAX)->value.kind, VALUE_UNKNOWN);
	assert_true(unit_min_percent(x.policy, &x.m, x.u, &x.seen, 0) < 0);
	model_done(&x);
}

static void a_refused_unit_is_the_reason(void **state)
{
	struct model x = model_new("[a]\nmemory = 400M\n[b]\nmemory = 400M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a");

	x.seen.list[a].refusal = "also holds pid 12 (sh), which no rule names";
	model_tell(&x);
	assert_string_equal(told(&x, "a", KNOB_MEMORY_MAX)->impossible,
			    "a.service: also holds pid 12 (sh), which no rule names");
	assert_int_equal(told(&x, "a", KNOB_MEMORY_MAX)->value.kind, VALUE_UNKNOWN);
	assert_null(told(&x, "a", KNOB_CPU_MAX)->impossible);
	assert_null(told(&x, "b", KNOB_MEMORY_MAX)->impossible);
	/* the rest has the limit */
	model_add(&x, "b.service", s, "a");
	model_tell(&x);
	assert_non_null(told(&x, "a", KNOB_MEMORY_MAX)->impossible);
	assert_int_equal(told(&x, "a", KNOB_MEMORY_MAX)->value.number, 400 * MIB);
	model_done(&x);
}

static void a_node_keeps_its_own_reason(void **state)
{
	struct model x = model_new("[a]\ncpu = 8 cores\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].refusal = "no";
	model_tell(&x);
	assert_non_null(strstr(told(&x, "a", KNOB_CPU_MAX)->impossible, "this machine has only 4 CPUs"));
	model_done(&x);
}

static void an_idle_unit_has_no_weight_in_the_sum(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[a/b]\ncpu.idle = yes\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a");

	model_add(&x, "b.service", s, "a/b");
	model_reach(&x);
	model_tell(&x);
	assert_int_equal(told(&x, "a", KNOB_CPU_WEIGHT)->value.number, x.seen.list[a].set[KNOB_CPU_WEIGHT].number);
	assert_int_equal(effective(&x, "a", KNOB_CPU_WEIGHT).number, x.seen.list[a].set[KNOB_CPU_WEIGHT].number);
	assert_int_equal(told(&x, "a/b", KNOB_CPU_WEIGHT)->value.kind, VALUE_UNKNOWN);
	model_done(&x);
}

static double min_percent(struct model *x, const char *group)
{
	return unit_min_percent(x->policy, &x->m, x->u, &x->seen, policy_group(x->policy, group));
}

static void what_is_reserved_reads_as_the_policy_says(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%..100%\n[b]\ncpu = 0%..20%\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), a2 = model_add(&x, "a2.service", s, "a");

	model_add(&x, "b.service", s, "b");
	model_plan(&x);
	assert_true(min_percent(&x, "a") < 39);
	model_apply(&x, NULL);
	assert_true(min_percent(&x, "a") > 39.9 && min_percent(&x, "a") < 40.01);
	assert_true(min_percent(&x, "b") < 0);
	/* somebody else halved both */
	x.seen.list[a].kernel[KNOB_CPU_WEIGHT].number /= 2;
	x.seen.list[a2].kernel[KNOB_CPU_WEIGHT].number /= 2;
	assert_true(min_percent(&x, "a") > 20 && min_percent(&x, "a") < 35);
	model_done(&x);
}

static void the_tree_and_its_leaves_are_wanted_no_more(void **state)
{
	struct model x = model_new("[a]\ncpu = 40%\n[a/b]\n");

	model_add(&x, "a.service", model_slices(&x), "a");
	model_tell(&x);
	for (size_t n = 0; n < x.want->n; n++)
		for (int k = 0; k < KNOB__COUNT; k++)
			if (x.want->nodes[n].group == GROUP_NONE || x.want->nodes[n].self)
				assert_int_equal(x.want->nodes[n].wanted[k].value.kind, VALUE_UNKNOWN);
	model_done(&x);
}

struct quota_row {
	uint64_t set_usec, number, period;
	bool holds;
};

/* What systemd makes of a quota, and what it does not. */
static void quotas_hold_as_systemd_rounds_them(void **state)
{
	static const struct quota_row rows[] = {
		{ 1000, 1000, 1000000, true },
		{ 3000, 1000, 333333, true },
		{ 4000, 1000, 250000, true },
		{ 4000, 1000, 249000, false },
		{ 1333320, 133332, 100000, true },
		{ 1333320, 13333, 10000, true },
		{ 1333320, 13332, 10000, false },
		{ 1333320, 13335, 10000, false },
		{ UINT64_MAX, 13334, 10000, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value set = unit_quota_value(rows[i].set_usec);
		struct value kernel = { .kind = VALUE_QUOTA, .number = rows[i].number, .period = rows[i].period };

		if (unit_value_holds(KNOB_CPU_MAX, &set, &kernel) != rows[i].holds)
			fail_msg("row %zu", i);
	}
}

static void quotas_come_back_as_they_were(void **state)
{
	struct value v = unit_quota_value(1333320), none = unit_quota_value(UINT64_MAX);
	struct value kernel = { .kind = VALUE_QUOTA, .number = 1000, .period = 250000 };

	assert_int_equal(unit_quota_usec(&v), 1333320);
	assert_int_equal(unit_quota_usec(&none), UINT64_MAX);
	assert_int_equal(none.kind, VALUE_MAX);
	assert_int_equal(unit_quota_usec(&kernel), 4000);
}

static void sizes_compare_and_what_has_none_does_not(void **state)
{
	struct value small = { .kind = VALUE_NUMBER, .number = 1 }, large = { .kind = VALUE_NUMBER, .number = 2 };
	struct value max = { .kind = VALUE_MAX }, unknown = { .kind = VALUE_UNKNOWN };
	struct value half = { .kind = VALUE_QUOTA, .number = 50000, .period = 100000 }, quarter = unit_quota_value(250000);

	assert_int_equal(unit_value_compare(KNOB_MEMORY_MAX, &small, &large), -1);
	assert_int_equal(unit_value_compare(KNOB_MEMORY_MAX, &large, &small), 1);
	assert_int_equal(unit_value_compare(KNOB_MEMORY_MAX, &large, &max), -1);
	assert_int_equal(unit_value_compare(KNOB_TASKS_MAX, &max, &large), 1);
	assert_int_equal(unit_value_compare(KNOB_TASKS_MAX, &max, &max), 0);
	assert_int_equal(unit_value_compare(KNOB_TASKS_MAX, &unknown, &max), 0);
	assert_int_equal(unit_value_compare(KNOB_CPU_MAX, &quarter, &half), -1);
	assert_int_equal(unit_value_compare(KNOB_CPU_WEIGHT, &small, &large), 0);
	assert_int_equal(unit_value_compare(KNOB_FREEZE, &small, &large), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_unit_is_its_group),
		cmocka_unit_test(several_are_their_sum_and_a_parents_with_its_childrens),
		cmocka_unit_test(a_unit_with_a_period_of_its_own_is_as_wanted),
		cmocka_unit_test(less_than_a_millisecond_has_the_long_period),
		cmocka_unit_test(what_is_not_in_force_shows),
		cmocka_unit_test(where_nothing_runs_nothing_is_in_force_and_nothing_wrong),
		cmocka_unit_test(a_refused_unit_is_the_reason),
		cmocka_unit_test(a_node_keeps_its_own_reason),
		cmocka_unit_test(an_idle_unit_has_no_weight_in_the_sum),
		cmocka_unit_test(what_is_reserved_reads_as_the_policy_says),
		cmocka_unit_test(the_tree_and_its_leaves_are_wanted_no_more),
		cmocka_unit_test(quotas_hold_as_systemd_rounds_them),
		cmocka_unit_test(quotas_come_back_as_they_were),
		cmocka_unit_test(sizes_compare_and_what_has_none_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
