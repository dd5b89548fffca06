/* What a person decided is asked first; what must not be placed is not, all the same. */
#include "judged.h"

static const struct row rows[] = {{"a", "name:x", false}, {"b", "name:y", false}};

static void a_pin_is_stronger_than_rule_parent_and_habit(void **state)
{
	static const struct standing cases[] = {
		{.parent_group = GROUP_NONE, .current_group = GROUP_NONE, .is_pinned = true, .pinned_group = 1},
		{.parent_group = 0, .current_group = 0, .is_pinned = true, .pinned_group = 1},
		{.parent_group = 0, .current_group = 0, .settled = true, .is_pinned = true, .pinned_group = 1},
		{.parent_group = 1, .current_group = 1, .settled = true, .is_pinned = true, .pinned_group = 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w = {.truth = {.comm = "x"}};
		struct verdict v = judge(rows, 2, &w, &cases[i], NULL);

		assert_int_equal(v.kind, VERDICT_PINNED);
		assert_int_equal(v.group, 1);
		assert_int_equal(v.rule, UINT32_MAX);
	}
}

static void while_the_group_is_gone_nothing_else_takes_a_pinned_process(void **state)
{
	static const struct standing waiting = {.parent_group = 0, .current_group = 0, .is_pinned = true,
						.pinned_group = GROUP_NONE};
	struct world w = {.truth = {.comm = "x"}};
	struct verdict v = judge(rows, 2, &w, &waiting, NULL);

	assert_int_equal(v.kind, VERDICT_NONE);
	assert_int_equal(v.group, GROUP_NONE);
}

static void exclusions_hold_for_pinned_processes_too(void **state)
{
	static const struct standing pinned = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE, .is_pinned = true,
					       .pinned_group = 1};
	const struct proc_facts truths[] = {
		{.comm = "x", .kernel_thread = true},
		{.comm = "x", .pid = 1},
		{.comm = "x", .nested_pid_namespace = true},
		{.comm = "x", .manager_cgroup = (char[]){"/lxc.payload.a"}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++) {
		struct world w = {.truth = truths[i]};
		struct verdict v = judge(rows, 2, &w, &pinned, NULL);

		assert_int_equal(v.kind, VERDICT_EXCLUDED);
		assert_int_equal(v.group, GROUP_NONE);
	}
}

static void count_tried(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
	++*(unsigned *)ctx;
}

static void no_rule_is_tried_for_a_pinned_process(void **state)
{
	static const struct standing pinned = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE, .is_pinned = true,
					       .pinned_group = 0};
	unsigned tried = 0;
	struct trace trace = {count_tried, &tried};
	struct world w = {.truth = {.comm = "y"}};

	assert_int_equal(judge(rows, 2, &w, &pinned, &trace).kind, VERDICT_PINNED);
	assert_int_equal(tried, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pin_is_stronger_than_rule_parent_and_habit),
		cmocka_unit_test(while_the_group_is_gone_nothing_else_takes_a_pinned_process),
		cmocka_unit_test(exclusions_hold_for_pinned_processes_too),
		cmocka_unit_test(no_rule_is_tried_for_a_pinned_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
