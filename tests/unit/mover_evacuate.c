/* Laws of emptying one cgroup into another. */
#include "mover_tree.h"

static void a_cgroup_is_emptied_even_of_headless_processes(void **state)
{
	struct paths from, to;
	pid_t pids[21];

	paths_make(&from, "from");
	paths_make(&to, "to");
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		/* one without its main thread is not found by its own cgroup file on v1 */
		pids[i] = i == 0 ? threads_start(true) : real_child();
		assert_int_equal(mover_place(mover, FOUND(pids[i], start_of(pids[i])), from.list, NULL), MOVED_OK);
	}
	for (unsigned h = 0; h < real.m.n_hierarchies; h++) {
		char left[64] = "x";

		if (!from.list[h])
			continue;
		assert_int_equal(mover_evacuate(mover, h, from.list[h], to.list[h], NULL), 0);
		assert_int_equal(real.k->read(real.k, &real.m.hierarchies[h], from.list[h], "cgroup.procs", left,
					      sizeof(left), NULL),
				 0);
		assert_string_equal(left, "");
		assert_true(threads_at(pids[0], h, to.list[h]) >= 50);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		real_child_end(pids[i]);
}

/* Forks without end: every child ends at once. */
static pid_t storm_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		for (;;)
			if (fork() == 0)
				_exit(0);
	}
	return pid;
}

static void a_cgroup_is_emptied_of_who_forks_without_end(void **state)
{
	struct paths from, to;
	struct err e = {0};
	pid_t pid;

	paths_make(&from, "from");
	paths_make(&to, "to");
	pid = storm_start();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), from.list, NULL), MOVED_OK);
	if (mover_evacuate(mover, from.first, from.list[from.first], to.list[from.first], &e) < 0)
		print_error("%s\n", e.text);
	assert_int_equal(e.code, 0);
	assert_true(is_at(pid, from.first, to.list[from.first]));
	real_child_end(pid);
}

static void what_cannot_be_emptied_is_told(void **state)
{
	struct paths from;
	struct err e = {0};
	pid_t pid;

	paths_make(&from, "from");
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), from.list, NULL), MOVED_OK);
	assert_int_equal(mover_evacuate(mover, from.first, from.list[from.first], "/cgq-test-not-there", &e), -EBUSY);
	assert_non_null(strstr(e.text, "1 processes are left: pid "));
	assert_non_null(strstr(e.text, "there is no such cgroup"));
	real_child_end(pid);
	assert_int_equal(mover_evacuate(mover, from.first, "/cgq-test-not-there", "/", &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_is_emptied_even_of_headless_processes),
		cmocka_unit_test(a_cgroup_is_emptied_of_who_forks_without_end),
		cmocka_unit_test(what_cannot_be_emptied_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
