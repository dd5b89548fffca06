/* Policies reach the kernel of this host, in a tree of their own, and a second look finds nothing to do. */
#include <errno.h>
#include <stdlib.h>

#include <cgq/auto.h>

#include "real_trees.h"
#include "rounds.h"

static struct rounds rounds_of_host(void)
{
	if (!real.usable)
		skip();
	return (struct rounds){ .k = real.k, .m = &real.m };
}

static const char *effective(enum controller c, const char *rel, const char *file)
{
	static char text[1024];
	int h = machine_hierarchy(&real.m, c);
	char path[700];

	assert_true(h >= 0);
	machine_path(&real.m, (unsigned)h, rel, path, sizeof(path));
	assert_int_equal(real.k->read(real.k, &real.m.hierarchies[h], path, file, text, sizeof(text), NULL), 0);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool is_v2(enum controller c)
{
	return real.m.hierarchies[machine_hierarchy(&real.m, c)].version == 2;
}

/* Each from the one before, up and down: limits, nesting, idle, cpusets that move, and back to nothing. */
static const char *const policies[] = {
	"[a]\ncpu = 40%\nmemory = 100M..200M\n[b]\ncpu = 60%..100%\n",
	"[a]\ncpu = 40%..80%\nmemory = 300M\n[b]\ncpu = 0%..60%\ncpu.burst = 20ms\n",
	"[a]\ncpu = 40%\nmemory = 300M\n[a/b]\ncpu = 50%\nmemory = 50%\n[a/b/c]\ntasks = 50\ncpu = 0.1%\n",
	"[a]\ncpu = 0%..80%\n[a/b]\ncpu = 0%..100%\n[a/b/c]\ncpu = 0%..100%\ncpu.burst = 100%\n",
	"[a]\ncpu = 0%..20%\n[a/b]\ncpu = 0%..100%\n[a/b/c]\ncpu = 0%..100%\ncpu.burst = 1ms\n",
	"[a]\ncpu = 0.05%\n[a/b]\ncpu = 100%\n[a/b/c]\ncpu = 50%..100%\n",
	"[a]\ncpu = 0.02%..90%\n[a/b]\ncpu = 1%..100%\n[a/b/c]\ncpu = 50%..100%\n",
	"[a]\ncpu.idle = yes\n[b]\ncpu = 50%\n",
	"[a]\ncpu = 30%\n[b]\ncpu.idle = yes\n",
	"[a]\nmemory = 10M\n[b-x]\n[b]\n[b/x]\n[b/x/y]\n",
	"",
	"[a]\n",
};

static const char *const cpusets[] = {
	"[a]\ncpus = 0\n[a/b]\n[b]\ncpu = 20%\n",
	"[a]\ncpus = 0-1\n[a/b]\ncpus = 1\n[b]\n",
	"[a]\ncpus = 0\n[a/b]\ncpus = 0\n[b]\ncpus = 1\n",
	"[a]\ncpus = 1\n[a/b]\ncpus = 1\n[b]\ncpus = 0\nmems = 0\n",
	"[a]\n[b]\ntasks = 10\n",
};

static void walk(const char *const *list, size_t n)
{
	struct rounds r = rounds_of_host();

	for (size_t i = 0; i < n; i++)
		rounds_reach(&r, list[i]);
	for (size_t i = n; i--;)
		rounds_reach(&r, list[i]);
	rounds_done(&r);
}

static void a_second_plan_is_empty(void **state)
{
	walk(policies, ARRAY_SIZE(policies));
}

static void cpusets_move_without_a_refusal(void **state)
{
	if (machine_hierarchy(&real.m, CONTROLLER_CPUSET) < 0 || real.m.cpus < 2)
		skip();
	walk(cpusets, ARRAY_SIZE(cpusets));
}

static void swap_is_limited_where_the_kernel_accounts_for_it(void **state)
{
	static const char *const swaps[] = {
		"[a]\nmemory = 100M\nswap = 10M\n",
		"[a]\nmemory = 300M\nswap = 20M\n",
		"[a]\nmemory = 300M\n",
		"[a]\nmemory = 50M\nswap = 0\n",
		"[a]\n",
	};

	if (real.m.missing_knobs & 1U << KNOB_SWAP_MAX)
		skip();
	walk(swaps, ARRAY_SIZE(swaps));
}

static void the_kernel_has_what_the_policy_says(void **state)
{
	struct rounds r = rounds_of_host();
	char expected[64];

	rounds_reach(&r, "[a]\ncpu = 40%\nmemory = 64M\n");
	if (is_v2(CONTROLLER_CPU)) {
		assert_string_equal(effective(CONTROLLER_CPU, "a", "cpu.weight"), "4000");
		assert_string_equal(effective(CONTROLLER_CPU, "", "cpu.weight"), "1900");
	} else {
		assert_string_equal(effective(CONTROLLER_CPU, "a", "cpu.shares"), "40960");
		assert_string_equal(effective(CONTROLLER_CPU, "", "cpu.shares"), "19456");
		snprintf(expected, sizeof(expected), "%u", real.m.cpus * 40000);
		assert_string_equal(effective(CONTROLLER_CPU, "a", "cpu.cfs_quota_us"), expected);
	}
	assert_string_equal(effective(CONTROLLER_MEMORY, "a",
				      is_v2(CONTROLLER_MEMORY) ? "memory.max" : "memory.limit_in_bytes"),
			    "67108864");
	rounds_done(&r);
}

static void what_the_kernel_refuses_is_not_tried_again(void **state)
{
	struct rounds r = rounds_of_host();
	const struct refusal *refused;
	char known[sizeof(real.m.base_cpus)];

	if (machine_hierarchy(&real.m, CONTROLLER_CPUSET) < 0)
		skip();
	/* CPUs that this machine does not have are refused; a plan asks for them only where it does not know that */
	snprintf(known, sizeof(known), "%s", real.m.base_cpus);
	real.m.base_cpus[0] = '\0';
	rounds_plan(&r, "[a]\ncpus = 8191\ncpu = 40%\n");
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 1);
	refused = refusals_find(&r.refusals, "a", KNOB_CPUS, "8191");
	assert_non_null(refused);
	assert_true(refused->error > 0);
	rounds_settled(&r);
	/* the rest is in force */
	assert_true(tree_find(&r.tree, "a")->values[KNOB_CPU_MAX].kind == VALUE_QUOTA);
	strcpy(real.m.base_cpus, known);
	rounds_done(&r);
}

static void a_group_that_becomes_a_parent_keeps_its_processes(void **state)
{
	struct rounds r = rounds_of_host();
	int h = machine_hierarchy(&real.m, CONTROLLER_CPU);
	char path[700], pid_text[16];
	pid_t pid;

	rounds_reach(&r, "[a]\ncpu = 40%\n");
	pid = real_child();
	snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
	machine_path(&real.m, (unsigned)h, "a", path, sizeof(path));
	assert_int_equal(real.k->write(real.k, &real.m.hierarchies[h], path, "cgroup.procs", pid_text, NULL), 0);
	rounds_plan(&r, "[a]\ncpu = 40%\n[a/b]\ncpu = 50%\n");
	rounds_apply(&r);
	assert_int_equal(r.first.failed, 0);
	rounds_settled(&r);
	if (is_v2(CONTROLLER_CPU))
		assert_string_equal(effective(CONTROLLER_CPU, "a/_self", "cgroup.procs"), pid_text);
	real_child_end(pid);
	rounds_reach(&r, "");
	rounds_done(&r);
}

/* The child is still there when its parent is lowered, and is not gone for the kernel when it is removed. */
static void a_parent_is_lowered_while_its_child_goes(void **state)
{
	struct rounds r = rounds_of_host();

	for (int i = 0; i < 5; i++) {
		rounds_reach(&r, "[a]\ncpu = 0%..80%\n[a/b]\ncpu = 0%..100%\n");
		rounds_reach(&r, "[a]\ncpu = 0%..20%\n");
		rounds_reach(&r, "[a]\ncpu = 0%..10%\n");
	}
	rounds_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_second_plan_is_empty, tree_gone),
		cmocka_unit_test_teardown(cpusets_move_without_a_refusal, tree_gone),
		cmocka_unit_test_teardown(swap_is_limited_where_the_kernel_accounts_for_it, tree_gone),
		cmocka_unit_test_teardown(the_kernel_has_what_the_policy_says, tree_gone),
		cmocka_unit_test_teardown(what_the_kernel_refuses_is_not_tried_again, tree_gone),
		cmocka_unit_test_teardown(a_parent_is_lowered_while_its_child_goes, tree_gone),
		cmocka_unit_test_teardown(a_group_that_becomes_a_parent_keeps_its_processes, tree_gone),
	};

	return cmocka_run_group_tests(tests, real_setup, real_teardown);
}
