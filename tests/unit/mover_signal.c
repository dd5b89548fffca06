/* Laws of signals to who is in a cgroup. */
#include "mover_tree.h"

static void all_in_the_cgroup_get_it_and_nobody_else(void **state)
{
	struct paths in, out;
	struct err e = {0};
	pid_t inside[3], outside[2];
	size_t found = 0;

	paths_make(&in, "in");
	paths_make(&out, "out");
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		/* one without its main thread is not found by its own cgroup file on v1 */
		inside[i] = i == 0 ? threads_start(true) : real_child();
		assert_int_equal(mover_place(mover, FOUND(inside[i], start_of(inside[i])), in.list, NULL), MOVED_OK);
		if (i == 0)
			continue;
		outside[i - 1] = real_child();
	}
	assert_int_equal(mover_place(mover, FOUND(outside[0], start_of(outside[0])), out.list, NULL), MOVED_OK);
	assert_int_equal(mover_signal(mover, in.first, in.list[in.first], SIGKILL, &found, &e), 0);
	assert_true(found >= 2);
	for (size_t i = 1; i < ARRAY_SIZE(inside); i++)
		assert_int_equal(waitpid(inside[i], NULL, 0), inside[i]);
	/* the others are gone; now it is found by its threads */
	assert_int_equal(mover_signal(mover, in.first, in.list[in.first], SIGKILL, &found, &e), 0);
	assert_int_equal(waitpid(inside[0], NULL, 0), inside[0]);
	assert_int_equal(mover_signal(mover, in.first, in.list[in.first], SIGKILL, &found, &e), 0);
	assert_int_equal(found, 0);
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		assert_int_equal(waitpid(outside[i], NULL, WNOHANG), 0);
		real_child_end(outside[i]);
	}
}

/* The list of a cgroup is old as soon as it is read: here it is wrong from the start. */
static void who_is_listed_but_is_not_there_is_spared(void **state)
{
	char root[] = "/tmp/cgq-test-signal-XXXXXX", path[200];
	struct machine m = {.n_hierarchies = 1};
	struct hierarchy *h = &m.hierarchies[0];
	struct mover *plain;
	struct kernel *k;
	size_t found = 0;
	pid_t pid = real_child();
	FILE *f;

	if (!real.usable)
		skip();
	assert_non_null(mkdtemp(root));
	k = kernel_dir_new(root, NULL);
	*h = real.m.hierarchies[0];
	snprintf(h->mount, sizeof(h->mount), "%s", root);
	assert_int_equal(k->make(k, h, "/x", NULL), 0);
	snprintf(path, sizeof(path), "%s/x/cgroup.procs", root);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "%d\n%d\n", (int)pid, (int)getpid());
	fclose(f);
	plain = mover_new(k, &m);
	assert_int_equal(mover_signal(plain, 0, "/x", SIGKILL, &found, NULL), 0);
	assert_int_equal(found, 2);
	usleep(50000);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	real_child_end(pid);
	mover_free(plain);
	assert_int_equal(k->remove(k, h, "/x", NULL), -EBUSY); /* its list is not empty */
	unlink(path);
	snprintf(path, sizeof(path), "rm -rf '%s'", root);
	assert_int_equal(system(path), 0);
	kernel_free(k);
}

static void a_cgroup_that_is_gone_has_nobody(void **state)
{
	size_t found = 7;

	if (!real.usable)
		skip();
	assert_int_equal(mover_signal(mover, 0, "/cgq-test-not-there", SIGKILL, &found, NULL), 0);
	assert_int_equal(found, 0);
}

/* cgroup.kill would take this very test along where it is in the cgroup: only its refusal is asked for here. */
static void v1_cannot_kill_at_once(void **state)
{
	if (!real.usable)
		skip();
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (real.m.hierarchies[h].version == 1)
			assert_int_equal(mover_kill_all(mover, h, "/cgq-test-not-there", NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_in_the_cgroup_get_it_and_nobody_else),
		cmocka_unit_test(who_is_listed_but_is_not_there_is_spared),
		cmocka_unit_test(a_cgroup_that_is_gone_has_nobody),
		cmocka_unit_test(v1_cannot_kill_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
