/* Laws of moving processes, on the cgroups of this host. */
#include "mover_tree.h"

static void a_process_moves_whole_with_all_its_threads(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "web");
	pid = threads_start(false);
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (web.list[h])
			assert_int_equal(threads_at(pid, h, web.list[h]), 51);
	real_child_end(pid);
}

static void a_child_born_after_the_move_is_born_there(void **state)
{
	struct paths web;
	int go[2], told[2];
	pid_t pid, child = 0;

	paths_make(&web, "web");
	assert_true(pipe(go) == 0 && pipe(told) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(go[0], &child, 1) != 1)
			_exit(1);
		child = fork();
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			thread_waits(NULL);
		}
		if (write(told[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		waitpid(child, NULL, 0);
		_exit(0);
	}
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(read(told[0], &child, sizeof(child)), sizeof(child));
	assert_at(child, &web);
	kill(child, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(told[i]);
	}
}

static void a_process_that_is_not_the_one_meant_is_not_touched(void **state)
{
	struct proc_facts f;
	struct paths web;
	pid_t pid;

	paths_make(&web, "web");
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid) + 1), web.list, NULL), MOVED_GONE);
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid) - 1), web.list, NULL), MOVED_GONE);
	assert_int_equal(mover_return(mover, FOUND(pid, start_of(pid) - 1), web.list, NULL), MOVED_GONE);
	f = found_held(pid);
	/* that of another one, which had this number in the same tick */
	if (f.pid_ino != 0) {
		f.pid_ino++;
		assert_int_equal(mover_place(mover, &f, web.list, NULL), MOVED_GONE);
	}
	assert_at_home(pid);
	real_child_end(pid);
}

/* Each is what it was asked for alone: moved elsewhere than another, in fewer hierarchies, not at all. */
static void of_some_that_are_moved_together_each_has_its_own_answer(void **state)
{
	enum { WEB, ANOTHER, DB, REFUSED, COUNT };
	struct proc_facts facts[COUNT];
	struct move list[COUNT] = {0};
	struct paths web, db;

	paths_make(&web, "web");
	paths_make(&db, "db");
	for (int i = 0; i < COUNT; i++) {
		pid_t pid = real_child();

		facts[i] = *FOUND(pid, start_of(pid) + (i == ANOTHER));
		list[i].facts = &facts[i];
	}
	memcpy(list[WEB].to, web.list, sizeof(web.list));
	memcpy(list[ANOTHER].to, web.list, sizeof(web.list));
	list[DB].to[db.first] = db.list[db.first];
	list[REFUSED].to[web.first] = "/cgq-test-is-not-there";
	mover_place_some(mover, list, COUNT);
	assert_int_equal(list[WEB].moved, MOVED_OK);
	assert_at(facts[WEB].pid, &web);
	assert_int_equal(list[ANOTHER].moved, MOVED_GONE);
	assert_at_home(facts[ANOTHER].pid);
	assert_int_equal(list[DB].moved, MOVED_OK);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (db.list[h])
			assert_int_equal(is_at(facts[DB].pid, h, db.list[h]), h == db.first);
	assert_int_equal(list[REFUSED].moved, MOVED_REFUSED);
	assert_non_null(strstr(list[REFUSED].e.text, "there is no such cgroup"));
	for (int i = 0; i < COUNT; i++)
		real_child_end(facts[i].pid);
}

static void a_process_that_is_gone_is_gone(void **state)
{
	struct paths web;
	siginfo_t ended;
	struct err e = {0};
	pid_t pid;
	uint64_t start;

	paths_make(&web, "web");
	pid = real_child();
	start = start_of(pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	/* a zombie, then nothing */
	assert_int_equal(mover_place(mover, FOUND(pid, start), web.list, &e), MOVED_GONE);
	waitpid(pid, NULL, 0);
	assert_int_equal(mover_place(mover, FOUND(pid, start), web.list, &e), MOVED_GONE);
	assert_int_equal(e.code, 0);
}

static void a_cgroup_that_was_made_anew_is_found_again(void **state)
{
	struct paths web;
	pid_t pid;

	paths_make(&web, "anew");
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	real_child_end(pid);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (web.list[h])
			cgroup_remove(h, web.list[h]);
	paths_make(&web, "anew");
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	assert_at(pid, &web);
	real_child_end(pid);
}

static unsigned descriptors(void)
{
	auto_dir DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	return n;
}

static void it_keeps_no_more_descriptors_than_it_may(void **state)
{
	struct paths web, db;
	pid_t pid;
	unsigned before;

	paths_make(&web, "kept");
	paths_make(&db, "kept2");
	mover_forget(mover);
	mover_keep(mover, 2);
	before = descriptors();
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), db.list, NULL), MOVED_OK);
	assert_at(pid, &db);
	assert_true(descriptors() <= before + 2);
	mover_keep(mover, MOVER_KEPT_MAX);
	real_child_end(pid);
}

static void a_missing_cgroup_is_refused_in_words(void **state)
{
	struct paths web;
	struct err e = {0};
	char wanted[700];
	pid_t pid;

	paths_make(&web, "gone");
	for (unsigned h = 0; h < real.m.n_hierarchies; h++) {
		if (web.list[h])
			cgroup_remove(h, web.list[h]);
		if (h != web.first)
			web.list[h] = NULL;
	}
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, &e), MOVED_REFUSED);
	assert_int_equal(e.code, ENOENT);
	snprintf(wanted, sizeof(wanted), "pid %d (unit_mover): ", (int)pid);
	assert_int_equal(strncmp(e.text, wanted, strlen(wanted)), 0);
	snprintf(wanted, sizeof(wanted), ": %s: there is no such cgroup", web.text[web.first]);
	assert_non_null(strstr(e.text, wanted));
	assert_at_home(pid);
	real_child_end(pid);
}

static void a_refusal_in_one_hierarchy_does_not_stop_the_others(void **state)
{
	struct paths web;
	struct err e = {0};
	unsigned n = 0;
	pid_t pid;

	paths_make(&web, "web");
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		n += web.list[h] != NULL;
	if (n < 2)
		skip();
	web.list[web.first] = "/cgq-test-not-there";
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, &e), MOVED_PARTLY);
	assert_non_null(strstr(e.text, "/cgq-test-not-there: there is no such cgroup"));
	web.list[web.first] = NULL;
	assert_at(pid, &web);
	real_child_end(pid);
}

static void an_empty_cpuset_says_what_it_lacks(void **state)
{
	int h = machine_hierarchy(&real.m, CONTROLLER_CPUSET);
	const char *list[HIERARCHIES_MAX] = {NULL};
	struct err e = {0};
	char top[600], path[600];
	pid_t pid;

	if (!real.usable || h < 0 || real.m.hierarchies[h].version != 1)
		skip();
	cgroup_make((unsigned)h, "", top);
	cgroup_make((unsigned)h, "web", path);
	list[h] = path;
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), list, &e), MOVED_REFUSED);
	assert_int_equal(e.code, ENOSPC);
	assert_non_null(strstr(e.text, "the cpuset has no CPUs or no memory nodes"));
	real_child_end(pid);
}

static void who_goes_back_goes_as_near_as_can_be(void **state)
{
	const char *origins[HIERARCHIES_MAX] = {NULL};
	struct paths web, origin;
	auto_free char *deep = NULL;
	pid_t pid;

	paths_make(&web, "web");
	paths_make(&origin, "origin");
	deep = must_printf("%s/gone/deeper", origin.list[origin.first]);
	pid = real_child();
	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	origins[origin.first] = deep;
	assert_int_equal(mover_return(mover, FOUND(pid, start_of(pid)), origins, NULL), MOVED_OK);
	assert_true(is_at(pid, origin.first, origin.list[origin.first]));
	origins[origin.first] = "/cgq-test-never/was/there";
	assert_int_equal(mover_return(mover, FOUND(pid, start_of(pid)), origins, NULL), MOVED_OK);
	assert_true(is_at(pid, origin.first, "/"));
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (h != origin.first && web.list[h])
			assert_true(is_at(pid, h, web.list[h]));
	real_child_end(pid);
}

/* Where this process is, in the hierarchies that the tree has. */
static void where_self(struct proc_facts *ret)
{
	proc_facts_done(ret);
	*ret = (struct proc_facts){.pid = getpid()};
	assert_int_equal(proc_read(proc, ret, FACT_CGROUP), 0);
}

static unsigned opened;

static int open_procs_counted(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	opened++;
	return real.k->open_procs(real.k, h, path, e);
}

static void a_touch_writes_this_process_to_where_it_is_now(void **state)
{
	struct kernel counting = *real.k;
	struct mover *own = mover_new(&counting, &real.m);
	struct proc_facts home = {0};
	struct paths web;

	counting.open_procs = open_procs_counted;
	paths_make(&web, "web");
	where_self(&home);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mover_touch(own, web.first), 0);
		assert_true(is_at(getpid(), web.first, home.cgroups[web.first]));
		assert_int_equal(mover_place(mover, FOUND(getpid(), start_of(getpid())), web.list, NULL), MOVED_OK);
		assert_int_equal(mover_touch(own, web.first), 0);
		assert_true(is_at(getpid(), web.first, web.list[web.first]));
		assert_int_equal(mover_return(mover, FOUND(getpid(), start_of(getpid())), (const char *const *)home.cgroups, NULL),
				 MOVED_OK);
	}
	/* home and web, and both are kept */
	assert_int_equal(opened, 2);
	mover_forget(own);
	assert_int_equal(mover_touch(own, web.first), 0);
	assert_int_equal(opened, 3);
	mover_free(own);
	proc_facts_done(&home);
}

/* The machine is another after it: what was read as the place in one hierarchy may be that of another one. */
static void after_it_forgot_it_knows_its_own_place_anew(void **state)
{
	struct machine m = real.m;
	struct mover *own = mover_new(real.k, &m);
	const char *to[HIERARCHIES_MAX] = {NULL};
	struct proc_facts home = {0};
	unsigned other = real.m.n_hierarchies - 1;
	struct hierarchy swap;
	struct paths web;

	paths_make(&web, "web");
	if (other == web.first)
		skip();
	where_self(&home);
	to[web.first] = web.list[web.first];
	assert_int_equal(mover_place(mover, FOUND(getpid(), start_of(getpid())), to, NULL), MOVED_OK);
	assert_int_equal(mover_touch(own, web.first), 0);
	swap = m.hierarchies[web.first];
	m.hierarchies[web.first] = m.hierarchies[other];
	m.hierarchies[other] = swap;
	mover_forget(own);
	assert_int_equal(mover_touch(own, other), 0);
	assert_true(is_at(getpid(), web.first, web.list[web.first]));
	mover_free(own);
	assert_int_equal(mover_return(mover, FOUND(getpid(), start_of(getpid())), (const char *const *)home.cgroups, NULL), MOVED_OK);
	proc_facts_done(&home);
}

/* "[" before, "]" after, "." for each that is written to in between. */
static char traced[64];

static void trace_moving(void *ctx, bool moving)
{
	strcat(traced, moving ? "[" : "]");
}

static int open_procs_traced(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	strcat(traced, ".");
	return real.k->open_procs(real.k, h, path, e);
}

static void assert_traced(const char *as)
{
	assert_string_equal(traced, as);
	traced[0] = '\0';
}

static void who_asks_is_told_before_processes_are_moved_and_after(void **state)
{
	struct kernel tracing = *real.k;
	struct mover *own = mover_new(&tracing, &real.m);
	struct proc_facts facts, home = {0};
	char as[HIERARCHIES_MAX + 3] = "[";
	struct move some;
	struct paths web;
	pid_t pid;

	tracing.open_procs = open_procs_traced;
	paths_make(&web, "web");
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (web.list[h])
			strcat(as, ".");
	strcat(as, "]");
	mover_on_moving(own, trace_moving, NULL);
	pid = real_child();
	where_self(&home);
	assert_int_equal(mover_place(own, FOUND(pid, start_of(pid)), web.list, NULL), MOVED_OK);
	assert_traced(as);
	mover_forget(own);
	facts = *FOUND(pid, start_of(pid));
	some = (struct move){.facts = &facts};
	memcpy(some.to, web.list, sizeof(some.to));
	mover_place_some(own, &some, 1);
	assert_int_equal(some.moved, MOVED_OK);
	assert_traced(as);
	mover_forget(own);
	assert_int_equal(mover_return(own, FOUND(pid, start_of(pid)), (const char *const *)home.cgroups, NULL), MOVED_OK);
	assert_true(traced[0] == '[' && traced[strlen(traced) - 1] == ']');
	mover_free(own);
	proc_facts_done(&home);
	real_child_end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_moves_whole_with_all_its_threads),
		cmocka_unit_test(a_child_born_after_the_move_is_born_there),
		cmocka_unit_test(a_process_that_is_not_the_one_meant_is_not_touched),
		cmocka_unit_test(of_some_that_are_moved_together_each_has_its_own_answer),
		cmocka_unit_test(a_process_that_is_gone_is_gone),
		cmocka_unit_test(a_cgroup_that_was_made_anew_is_found_again),
		cmocka_unit_test(it_keeps_no_more_descriptors_than_it_may),
		cmocka_unit_test(a_missing_cgroup_is_refused_in_words),
		cmocka_unit_test(a_refusal_in_one_hierarchy_does_not_stop_the_others),
		cmocka_unit_test(an_empty_cpuset_says_what_it_lacks),
		cmocka_unit_test(who_goes_back_goes_as_near_as_can_be),
		cmocka_unit_test(a_touch_writes_this_process_to_where_it_is_now),
		cmocka_unit_test(after_it_forgot_it_knows_its_own_place_anew),
		cmocka_unit_test(who_asks_is_told_before_processes_are_moved_and_after),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
