/* The kernel of this host, through libcgroup: what it finds, makes, writes and removes, and how it says no. */
#include "real_trees.h"

#include <sys/stat.h>

#include <cgq/auto.h>

static const struct hierarchy *tree_in(enum controller c, char path[600])
{
	int h = machine_hierarchy(&real.m, c);

	if (!real.usable || h < 0)
		skip();
	machine_path(&real.m, (unsigned)h, "", path, 600);
	assert_int_equal(real.k->make(real.k, &real.m.hierarchies[h], path, NULL), 0);
	return &real.m.hierarchies[h];
}

static void a_controller_is_found_where_it_is_mounted(void **state)
{
	struct stat st;
	char file[400];

	for (int c = 0; c < CONTROLLER__COUNT; c++) {
		int h = machine_hierarchy(&real.m, c);

		if (h < 0)
			continue;
		snprintf(file, sizeof(file), "%s/cgroup.procs", real.m.hierarchies[h].mount);
		assert_int_equal(stat(file, &st), 0);
	}
	/* found again: the same */
	struct machine again;
	assert_int_equal(observe_machine(real.k, real.m.tree, 0.05, &again, NULL), 0);
	assert_true(machine_equal(&again, &real.m));
}

static void making_and_removing_are_done_once_however_often_asked(void **state)
{
	char path[600], child[700];
	const struct hierarchy *h = tree_in(CONTROLLER_MEMORY, path);

	snprintf(child, sizeof(child), "%s/a", path);
	for (int i = 0; i < 2; i++)
		assert_int_equal(real.k->make(real.k, h, child, NULL), 0);
	assert_int_equal(real.k->remove(real.k, h, path, NULL), -EBUSY);
	for (int i = 0; i < 2; i++)
		assert_int_equal(real.k->remove(real.k, h, child, NULL), 0);
}

static void the_kernels_errno_comes_through(void **state)
{
	char path[600], name[1000], buf[64];
	const struct hierarchy *h = tree_in(CONTROLLER_MEMORY, path);
	struct err e = { 0 };

	snprintf(name, sizeof(name), "%s/a\nb", path);
	assert_int_equal(real.k->make(real.k, h, name, &e), -EINVAL);
	snprintf(name, sizeof(name), "%s/gone", path);
	assert_int_equal(real.k->write(real.k, h, name, "cgroup.procs", "0", &e), -ENOENT);
	assert_int_equal(real.k->write(real.k, h, path, "cgroup.procs", "999999999", &e), -ESRCH);
	assert_int_equal(real.k->write(real.k, h, path, "cgroup.procs", "x", &e), -EINVAL);
	assert_int_equal(real.k->read(real.k, h, path, "no.such.file", buf, sizeof(buf), &e), -ENOENT);
	assert_non_null(strstr(e.text, ": no.such.file: open: No such file or directory"));
}

static void a_populated_cgroup_is_neither_removed_nor_emptied(void **state)
{
	char path[600], pids[64], pid_text[16];
	const struct hierarchy *h = tree_in(CONTROLLER_MEMORY, path);
	pid_t pid = real_child();

	snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
	int moved = real.k->write(real.k, h, path, "cgroup.procs", pid_text, NULL);
	int removed = real.k->remove(real.k, h, path, NULL);
	int listed = real.k->read(real.k, h, path, "cgroup.procs", pids, sizeof(pids), NULL);
	real_child_end(pid);
	assert_int_equal(moved, 0);
	assert_int_equal(removed, -EBUSY);
	assert_int_equal(listed, 0);
	pids[strcspn(pids, "\n")] = '\0';
	assert_string_equal(pids, pid_text);
}

static void a_write_to_a_removed_cgroup_fails_with_ENODEV(void **state)
{
	char path[600];
	const struct hierarchy *h = tree_in(CONTROLLER_MEMORY, path);
	auto_fd int fd = real.k->open_procs(real.k, h, path, NULL);

	assert_true(fd >= 0);
	assert_int_equal(real.k->remove(real.k, h, path, NULL), 0);
	assert_int_equal(write(fd, "0", 1), -1);
	assert_int_equal(errno, ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_controller_is_found_where_it_is_mounted, tree_gone),
		cmocka_unit_test_teardown(making_and_removing_are_done_once_however_often_asked, tree_gone),
		cmocka_unit_test_teardown(the_kernels_errno_comes_through, tree_gone),
		cmocka_unit_test_teardown(a_populated_cgroup_is_neither_removed_nor_emptied, tree_gone),
		cmocka_unit_test_teardown(a_write_to_a_removed_cgroup_fails_with_ENODEV, tree_gone),
	};

	return cmocka_run_group_tests(tests, real_setup, real_teardown);
}
