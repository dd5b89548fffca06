/* What must not be placed is not, whatever a rule says. */
#include "judged.h"

struct exclusion_case {
	struct proc_facts truth;
	uint32_t unreadable;
	const char *text;
};

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct exclusion_case exclusions[] = {
	{{.comm = "x", .kernel_thread = true}, 0, "a kernel thread"},
	{{.comm = "x", .pid = 1}, 0, "pid 1, which starts everything else"},
	{{.comm = "x", .nested_pid_namespace = true}, 0, "in another pid namespace"},
	{{.comm = "x"}, FACT_BIT(FACT_NAMESPACE), "its status or its cgroup cannot be read"},
	{{.comm = "x"}, FACT_BIT(FACT_CGROUP), "its status or its cgroup cannot be read"},
	{{.comm = "x", .manager_cgroup = (char[]){"/lxc.payload.a\033[2J"}}, 0,
	 "in a cgroup of lxc: /lxc.payload.a\\x1b[2J"},
	{{.comm = "x", .manager_cgroup = (char[]){"/"}, .cgroups = {NULL, (char[]){"/docker/" ID}}}, 0,
	 "in a cgroup of docker: /docker/" ID},
};

static void what_must_not_be_placed_is_excluded_whatever_a_rule_says(void **state)
{
	static const struct row rows[] = {{"a", "name:x", false}, {"b", "name:never", false}};
	const struct standing followed = {.parent_group = 0, .current_group = GROUP_NONE};

	for (size_t i = 0; i < ARRAY_SIZE(exclusions); i++) {
		struct world w = {.truth = exclusions[i].truth, .unreadable = exclusions[i].unreadable};
		struct verdict v = judge(rows, 1, &w, &nowhere, NULL);

		assert_int_equal(v.kind, VERDICT_EXCLUDED);
		assert_int_equal(v.group, GROUP_NONE);
		assert_int_equal(v.rule, UINT32_MAX);
		assert_string_equal(v.exclusion, exclusions[i].text);
		memset(w.reads, 0, sizeof(w.reads));
		assert_int_equal(judge(rows + 1, 1, &w, &followed, NULL).kind, VERDICT_EXCLUDED);
		/* and nobody looks where nothing would place it */
		memset(w.reads, 0, sizeof(w.reads));
		assert_int_equal(judge(rows + 1, 1, &w, &nowhere, NULL).kind, VERDICT_NONE);
		assert_int_equal(w.reads[FACT_NAMESPACE] + w.reads[FACT_CGROUP], 0);
	}
}

static void what_would_exclude_a_settled_process_is_not_asked_again_for_its_own_group(void **state)
{
	static const struct row rows[] = {{"a", "name:x", false}, {"b", "name:y", false}};
	const struct standing settled = {.parent_group = GROUP_NONE, .current_group = 0, .settled = true};
	struct world same = {.truth = {.comm = "x", .nested_pid_namespace = true}};
	struct world other = {.truth = {.comm = "y", .nested_pid_namespace = true}};

	assert_int_equal(judge(rows, 2, &same, &settled, NULL).kind, VERDICT_RULE);
	assert_int_equal(judge(rows, 2, &other, &settled, NULL).kind, VERDICT_EXCLUDED);
}

static void a_pid_namespace_that_cgqd_made_is_no_container(void **state)
{
	static const struct row row = {"a", "name:x", false};
	static uint64_t inodes[] = {7, 8};
	static const struct own_pid_namespaces own = {inodes, 2};
	const struct standing s = {.own = &own, .parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	struct world ours = {.truth = {.comm = "x", .nested_pid_namespace = true, .pid_namespace = 8}};
	struct world others = {.truth = {.comm = "x", .nested_pid_namespace = true, .pid_namespace = 9}};
	struct world docker = {.truth = {.comm = "x", .nested_pid_namespace = true, .pid_namespace = 8, .manager_cgroup = (char[]){"/docker/" ID}}};

	assert_int_equal(judge(&row, 1, &ours, &s, NULL).kind, VERDICT_RULE);
	assert_int_equal(judge(&row, 1, &others, &s, NULL).kind, VERDICT_EXCLUDED);
	assert_int_equal(judge(&row, 1, &docker, &s, NULL).kind, VERDICT_EXCLUDED);
	memset(ours.reads, 0, sizeof(ours.reads));
	assert_int_equal(judge(&row, 1, &ours, &nowhere, NULL).kind, VERDICT_EXCLUDED);
}

static void a_long_path_of_a_manager_does_not_overflow_the_reason(void **state)
{
	static const struct row row = {"a", "name:x", false};
	char path[4096] = "/machine.slice/";
	struct world w = {.truth = {.comm = "x", .manager_cgroup = path}};

	memset(path + 15, '\n', sizeof(path) - 16);
	assert_int_equal(judge(&row, 1, &w, &nowhere, NULL).kind, VERDICT_EXCLUDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_must_not_be_placed_is_excluded_whatever_a_rule_says),
		cmocka_unit_test(what_would_exclude_a_settled_process_is_not_asked_again_for_its_own_group),
		cmocka_unit_test(a_pid_namespace_that_cgqd_made_is_no_container),
		cmocka_unit_test(a_long_path_of_a_manager_does_not_overflow_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
