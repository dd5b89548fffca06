/* Plain folders behave like cgroups, and no path leads out of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "dir_tree.h"

static void a_path_never_climbs_out(void **state)
{
	static const char *const hostile[] = { "/..", "/../x", "/a/../b", "/a/..", "..", "a", "../x" };
	struct dir_tree *t = *state;
	char buf[64];

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		assert_int_equal(t->k->make(t->k, &t->m.hierarchies[0], hostile[i], NULL), -EINVAL);
		assert_int_equal(t->k->read(t->k, &t->m.hierarchies[0], hostile[i], "x", buf, sizeof(buf), NULL), -EINVAL);
	}
	assert_int_equal(t->k->read(t->k, &t->m.hierarchies[0], "", "../x", buf, sizeof(buf), NULL), -EINVAL);
	assert_int_equal(t->k->read(t->k, &t->m.hierarchies[0], "", "..", buf, sizeof(buf), NULL), -EINVAL);
	/* dots within a name are no climbing */
	assert_int_equal(t->k->make(t->k, &t->m.hierarchies[0], "/a..b", NULL), 0);
	assert_int_equal(t->k->make(t->k, &t->m.hierarchies[0], "/..a", NULL), 0);
}

static void hierarchies_are_found_by_their_folders(void **state)
{
	struct dir_tree *t = *state;
	int cpu = machine_hierarchy(&t->m, CONTROLLER_CPU), memory = machine_hierarchy(&t->m, CONTROLLER_MEMORY);

	assert_int_equal(t->m.n_hierarchies, 4);
	assert_int_equal(machine_hierarchy(&t->m, CONTROLLER_CPUACCT), cpu);
	assert_int_not_equal(cpu, memory);
	assert_int_equal(t->m.hierarchies[cpu].version, 1);
}

static void a_new_cgroup_has_the_kernels_defaults(void **state)
{
	struct dir_tree *t = *state;

	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/a", NULL), 0);
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/a", NULL), 0);
	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/x/y", NULL), -ENOENT);
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/a", "cpu.shares"), "1024");
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/a", "cpu.cfs_quota_us"), "-1");
}

static void what_does_not_fit_is_refused_whole(void **state)
{
	struct dir_tree *t = *state;
	struct err e = { 0 };
	char buf[4];

	assert_int_equal(t->k->make(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/a", NULL), 0);
	assert_int_equal(t->k->read(t->k, dir_hierarchy(t, CONTROLLER_CPU), "/a", "cpu.shares", buf, sizeof(buf), &e),
			 -E2BIG);
	assert_string_equal(e.text, "/a: cpu.shares: read: Argument list too long");
}

static void the_populated_are_not_removed(void **state)
{
	struct dir_tree *t = *state;
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_CPU);
	int fd;

	assert_int_equal(t->k->make(t->k, h, "/a", NULL), 0);
	assert_int_equal(t->k->make(t->k, h, "/a/b", NULL), 0);
	assert_int_equal(t->k->remove(t->k, h, "/a", NULL), -EBUSY);
	fd = t->k->open_procs(t->k, h, "/a/b", NULL);
	assert_int_equal(write(fd, "17\n", 3), 3);
	close(fd);
	assert_int_equal(t->k->remove(t->k, h, "/a/b", NULL), -EBUSY);
	dir_put(t, CONTROLLER_CPU, "/a/b", "cgroup.procs", "");
	assert_int_equal(t->k->remove(t->k, h, "/a/b", NULL), 0);
	assert_int_equal(t->k->remove(t->k, h, "/a/b", NULL), 0);
	assert_int_equal(t->k->remove(t->k, h, "/a", NULL), 0);
}

static void v2_files_come_with_the_parents_controllers(void **state)
{
	struct dir_tree *t = *state;
	const struct hierarchy *h = dir_hierarchy(t, CONTROLLER_CPU);

	assert_int_equal(t->k->make(t->k, h, "/a", NULL), 0);
	assert_int_equal(t->k->write(t->k, h, "/a", "cpu.weight", "7", NULL), -ENOENT);
	assert_int_equal(t->k->write(t->k, h, "", "cgroup.subtree_control", "+cpu", NULL), 0);
	assert_string_equal(dir_read(t, CONTROLLER_CPU, "/a", "cpu.weight"), "100");
	assert_int_equal(t->k->write(t->k, h, "/a", "cgroup.subtree_control", "+memory", NULL), -ENOENT);
	dir_put(t, CONTROLLER_CPU, "/a", "cgroup.procs", "17\n");
	assert_int_equal(t->k->write(t->k, h, "/a", "cgroup.subtree_control", "+cpu", NULL), -EBUSY);
	assert_int_equal(t->k->write(t->k, h, "", "cgroup.subtree_control", "-cpu", NULL), 0);
	assert_int_equal(t->k->write(t->k, h, "/a", "cpu.weight", "7", NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_path_never_climbs_out, dir_tree_v1, dir_tree_done),
		cmocka_unit_test_setup_teardown(hierarchies_are_found_by_their_folders, dir_tree_v1, dir_tree_done),
		cmocka_unit_test_setup_teardown(a_new_cgroup_has_the_kernels_defaults, dir_tree_v1, dir_tree_done),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused_whole, dir_tree_v1, dir_tree_done),
		cmocka_unit_test_setup_teardown(the_populated_are_not_removed, dir_tree_v1, dir_tree_done),
		cmocka_unit_test_setup_teardown(v2_files_come_with_the_parents_controllers, dir_tree_v2, dir_tree_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
