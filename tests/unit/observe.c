/* What is seen of a tree, and of the machine it stands on. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"
#include "observe.h"

static void a_missing_tree_is_an_empty_one(void **state)
{
	struct dir_tree *t = *state;
	struct tree tree;

	assert_int_equal(observe_tree(t->k, &t->m, &tree, NULL), 0);
	assert_int_equal(tree.n, 0);
	tree_free(&tree);
}

static void cgroups_of_all_hierarchies_are_one_sorted_list(void **state)
{
	static const char *const paths[] = { "", "a", "a-b", "a/b", "a/b/c" };
	struct dir_tree *t = *state;
	struct tree tree;
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		snprintf(path, sizeof(path), "/cgq%s%s", i ? "/" : "", paths[i]);
		assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), path, NULL), 0);
		if (i != 2)
			assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_MEMORY), path, NULL), 0);
	}
	dir_put(t, CONTROLLER_CPU, "/cgq/a", "cgroup.procs", "1\n");
	assert_int_equal(observe_tree(t->k, &t->m, &tree, NULL), 0);
	assert_int_equal(tree.n, ARRAY_SIZE(paths));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_string_equal(tree.list[i].path, paths[i]);
		assert_ptr_equal(tree_find(&tree, paths[i]), &tree.list[i]);
	}
	assert_null(tree_find(&tree, "b"));
	assert_int_equal(tree.list[2].hierarchies, 1U << machine_hierarchy(&t->m, CONTROLLER_CPU));
	assert_int_equal(tree.list[1].populated, 0); /* not asked on v1 */
	assert_int_equal(tree.list[2].values[KNOB_MEMORY_MAX].kind, VALUE_UNKNOWN);
	assert_int_equal(tree.list[1].values[KNOB_MEMORY_MAX].kind, VALUE_MAX);
	assert_int_equal(tree.list[1].memory_current.kind, VALUE_NUMBER);
	tree_free(&tree);
}

static void what_cannot_be_read_is_unknown_and_not_nothing(void **state)
{
	struct dir_tree *t = *state;
	struct tree tree;

	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/cgq", NULL), 0);
	dir_put(t, CONTROLLER_CPU, "/cgq", "cpu.shares", "nonsense\n");
	dir_put(t, CONTROLLER_CPU, "/cgq", "cpu.cfs_period_us", "");
	assert_int_equal(observe_tree(t->k, &t->m, &tree, NULL), 0);
	assert_int_equal(tree.list[0].values[KNOB_CPU_WEIGHT].kind, VALUE_UNKNOWN);
	assert_int_equal(tree.list[0].values[KNOB_CPU_BURST].kind, VALUE_NUMBER);
	tree_free(&tree);
}

static void more_pids_than_a_buffer_holds_are_some(void **state)
{
	struct dir_tree *t = *state;
	struct tree tree;
	char pids[1000];

	for (int i = 0; i < 999; i++)
		pids[i] = i % 4 == 3 ? '\n' : '7';
	pids[999] = '\0';
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/cgq", NULL), 0);
	dir_put(t, CONTROLLER_CPU, "/cgq", "cgroup.procs", pids);
	assert_int_equal(observe_tree(t->k, &t->m, &tree, NULL), 0);
	assert_int_equal(tree.list[0].populated, 1U << machine_hierarchy(&t->m, CONTROLLER_CPU));
	tree_free(&tree);
}

static void this_machine_is_seen(void **state)
{
	struct dir_tree *t = *state;
	struct machine a, b;

	assert_int_equal(observe_machine(t->k, "cgq", 0.1, &a, NULL), 0);
	assert_int_equal(a.cpus, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(a.memory_bytes > 64 << 20 && a.memory_bytes % 1024 == 0);
	assert_int_equal(a.page_bytes, sysconf(_SC_PAGESIZE));
	assert_true(*a.node_list && *a.cpu_list);
	assert_string_equal(a.base_cpus, "0-1");
	assert_int_equal(a.layout, LAYOUT_V1);
	assert_string_equal(a.refusal, "");
	b = a;
	assert_true(machine_equal(&a, &b));
	strcpy(b.cpu_list, "0");
	assert_false(machine_equal(&a, &b));
	b = a;
	b.memory_bytes /= 2;
	assert_false(machine_equal(&a, &b));
	b = a;
	b.hierarchies[1].controllers ^= 1;
	assert_false(machine_equal(&a, &b));
}

static void a_machine_without_cgroups_says_so(void **state)
{
	struct dir_tree *t = *state;
	struct machine m;

	dir_shell("rm -r cpu,cpuacct cpuset memory pids", t->root);
	assert_int_equal(observe_machine(t->k, "cgq", 0.05, &m, NULL), 0);
	assert_int_equal(m.layout, LAYOUT_NONE);
	assert_string_equal(m.refusal, "no cgroup hierarchy with the cpu or memory controller is mounted");
}

static void what_the_v1_root_lacks_the_kernel_lacks(void **state)
{
	struct dir_tree *t = *state;
	struct machine m;

	dir_put(t, CONTROLLER_CPU, "", "cpu.idle", "0\n");
	assert_int_equal(observe_machine(t->k, "cgq", 0.05, &m, NULL), 0);
	assert_int_equal(m.missing_knobs, 1U << KNOB_CPU_BURST | 1U << KNOB_SWAP_MAX);
}

static void v2_tells_what_is_handed_on(void **state)
{
	struct dir_tree *t = *state;
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_CPU);
	struct tree tree;

	assert_int_equal(t->k->write(t->k, h, "", "cgroup.subtree_control", "+cpu", NULL), 0);
	assert_int_equal(t->k->make(t->k, h, "/cgq", NULL), 0);
	assert_int_equal(t->k->write(t->k, h, "/cgq", "cgroup.subtree_control", "+cpu", NULL), 0);
	assert_int_equal(observe_tree(t->k, &t->m, &tree, NULL), 0);
	assert_int_equal(tree.base_enabled[0], CONTROLLER_BIT(CPU));
	assert_int_equal(tree.base_available[0], CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUSET) | CONTROLLER_BIT(MEMORY) |
							 CONTROLLER_BIT(PIDS));
	assert_int_equal(tree.list[0].enabled, CONTROLLER_BIT(CPU));
	assert_int_equal(tree.list[0].values[KNOB_CPU_MAX].kind, VALUE_MAX);
	assert_int_equal(tree.list[0].values[KNOB_MEMORY_MAX].kind, VALUE_UNKNOWN);
	tree_free(&tree);
}

#define ON_V1(test) cmocka_unit_test_setup_teardown(test, dir_tree_v1, dir_tree_done)
#define ON_V2(test) cmocka_unit_test_setup_teardown(test, dir_tree_v2, dir_tree_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V1(a_missing_tree_is_an_empty_one),
		ON_V2(a_missing_tree_is_an_empty_one),
		ON_V1(cgroups_of_all_hierarchies_are_one_sorted_list),
		ON_V1(what_cannot_be_read_is_unknown_and_not_nothing),
		ON_V2(more_pids_than_a_buffer_holds_are_some),
		ON_V1(this_machine_is_seen),
		ON_V1(a_machine_without_cgroups_says_so),
		ON_V1(what_the_v1_root_lacks_the_kernel_lacks),
		ON_V2(v2_tells_what_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
