/* Laws of a process that ends while it is moved, and of who gets its number. */
#include "mover_tree.h"

#include <linux/sched.h>
#include <sys/syscall.h>

/* What happens between the look at a process and the write: open_procs is called then, when nothing is kept. */
static struct {
	struct kernel kernel;
	void (*meanwhile)(void);
	pid_t pid;
} hook;

static int hooked_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	void (*meanwhile)(void) = take_ptr(hook.meanwhile);

	if (meanwhile)
		meanwhile();
	return real.k->open_procs(real.k, h, path, e);
}

/* Known by the inode of its pidfds, instead of its start; and looked at only after it was moved. */
static bool is_held, is_at_once;

static int by_start(void **state)
{
	is_held = is_at_once = false;
	return 0;
}

static int by_pidfd(void **state)
{
	is_held = true;
	is_at_once = false;
	return 0;
}

static int at_once(void **state)
{
	is_held = is_at_once = true;
	return 0;
}

static struct mover *mover_hooked(void (*meanwhile)(void), pid_t pid)
{
	hook.kernel = *real.k;
	hook.kernel.open_procs = hooked_open_procs;
	hook.meanwhile = meanwhile;
	hook.pid = pid;
	return mover_new(&hook.kernel, &real.m);
}

static struct proc_facts known(pid_t pid)
{
	return is_held ? found_held(pid) : *FOUND(pid, start_of(pid));
}

static enum moved place_hooked(void (*meanwhile)(void), pid_t pid, const struct paths *p, struct err *e)
{
	struct mover *v = mover_hooked(meanwhile, pid);
	struct proc_facts f = known(pid);
	enum moved answer = is_at_once && f.pid_ino ? mover_place_at_once(v, &f, p->list, e) : mover_place(v, &f, p->list, e);

	mover_free(v);
	return answer;
}

/* The process ends, and at once another one has its number; 0, or -errno where nobody may choose a number. */
static int recycled;

static void recycle(void)
{
	pid_t wanted = hook.pid;
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&wanted,
		.set_tid_size = 1,
	};
	long r;

	real_child_end(wanted);
	r = syscall(SYS_clone3, &args, sizeof(args));
	if (r == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	recycled = r < 0 ? -errno : 0;
}

static void a_recycled_pid_is_never_left_moved(void **state)
{
	struct paths web;
	struct err e = {0};
	pid_t pid;

	paths_make(&web, "web");
	pid = real_child();
	assert_int_equal(place_hooked(recycle, pid, &web, &e), MOVED_GONE);
	if (recycled < 0)
		skip();
	assert_at_home(pid);
	assert_non_null(strstr(e.text, "was put back to"));
	real_child_end(pid);
}

static void a_recycled_pid_among_others_is_put_back_and_they_are_moved(void **state)
{
	enum { FIRST, GONE, LAST, COUNT };
	struct proc_facts facts[COUNT];
	struct move list[COUNT] = {0};
	struct mover *v;
	struct paths web;

	paths_make(&web, "web");
	for (int i = 0; i < COUNT; i++) {
		facts[i] = known(real_child());
		list[i].facts = &facts[i];
		memcpy(list[i].to, web.list, sizeof(web.list));
	}
	v = mover_hooked(recycle, facts[GONE].pid);
	mover_place_some(v, list, COUNT);
	mover_free(v);
	for (int i = 0; i < COUNT; i += LAST) {
		assert_int_equal(list[i].moved, MOVED_OK);
		assert_at(facts[i].pid, &web);
		real_child_end(facts[i].pid);
	}
	assert_int_equal(list[GONE].moved, MOVED_GONE);
	if (recycled < 0)
		skip();
	assert_at_home(facts[GONE].pid);
	assert_non_null(strstr(list[GONE].e.text, "was put back to"));
	real_child_end(facts[GONE].pid);
}

static void a_stranger_born_in_the_group_stays_where_its_parent_is(void **state)
{
	struct paths web;
	struct err e = {0};
	pid_t helper;
	int status = -1;

	paths_make(&web, "web");
	/* a member of the group that forks: all of the test goes on inside it */
	helper = fork();
	if (helper == 0) {
		pid_t pid;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned h = 0; h < real.m.n_hierarchies; h++)
			if (web.list[h] && real.k->write(real.k, &real.m.hierarchies[h], web.list[h], "cgroup.procs", "0",
							 NULL) < 0)
				_exit(1);
		pid = real_child();
		if (place_hooked(recycle, pid, &web, &e) != MOVED_GONE || e.code)
			_exit(2);
		if (!recycled && !is_at(pid, web.first, web.list[web.first]))
			_exit(3);
		real_child_end(pid);
		_exit(0);
	}
	waitpid(helper, &status, 0);
	assert_int_equal(status, 0);
}

static void only_end(void)
{
	real_child_end(hook.pid);
}

static void a_process_that_ends_while_it_is_moved_is_gone(void **state)
{
	struct paths web;
	struct err e = {0};

	paths_make(&web, "web");
	assert_int_equal(place_hooked(only_end, real_child(), &web, &e), MOVED_GONE);
	assert_int_equal(e.code, 0);
}

static void one_whose_pid_is_anothers_before_the_first_write_is_never_left_moved(void **state)
{
	struct mover *v;
	struct paths web;
	struct err e = {0};
	struct proc_facts f;

	paths_make(&web, "web");
	f = known(real_child());
	v = mover_hooked(NULL, f.pid);
	recycle();
	if (f.pid_ino)
		assert_int_equal(mover_place_at_once(v, &f, web.list, &e), MOVED_GONE);
	mover_free(v);
	if (recycled < 0)
		skip();
	assert_at_home(f.pid);
	assert_true(!f.pid_ino || strstr(e.text, "was put back to"));
	real_child_end(f.pid);
}

static void one_that_runs_is_moved(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "web");
	pid = real_child();
	assert_int_equal(place_hooked(NULL, pid, &web, NULL), MOVED_OK);
	assert_at(pid, &web);
	real_child_end(pid);
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup(name, by_start), cmocka_unit_test_setup(name, by_pidfd), cmocka_unit_test_setup(name, at_once)
	const struct CMUnitTest tests[] = {
		LAW(a_recycled_pid_is_never_left_moved),
		LAW(a_recycled_pid_among_others_is_put_back_and_they_are_moved),
		LAW(a_stranger_born_in_the_group_stays_where_its_parent_is),
		LAW(a_process_that_ends_while_it_is_moved_is_gone),
		LAW(one_that_runs_is_moved),
		cmocka_unit_test_setup(one_whose_pid_is_anothers_before_the_first_write_is_never_left_moved, at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
