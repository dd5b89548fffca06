/* Where processes are, as the task iterator tells it by numbers: what /proc says, and asked for once for all that are there. */
#include "mover_tree.h"

#include "tasks.h"

static struct tasks *tasks;
static struct proc *by_tasks;

static struct proc_facts listed(pid_t pid)
{
	struct proc_facts *all = NULL, one = {0};
	size_t n = 0;

	assert_int_equal(proc_scan(by_tasks, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		if (all[i].pid == pid)
			one = all[i];
		else
			proc_facts_done(&all[i]);
	}
	free(all);
	assert_int_equal(one.pid, pid);
	return one;
}

static pid_t child_in(const struct paths *p)
{
	pid_t pid = real_child();

	assert_int_equal(mover_place(mover, FOUND(pid, start_of(pid)), p->list, NULL), MOVED_OK);
	return pid;
}

static void assert_says_what_proc_says(const struct proc_facts *f)
{
	struct proc_facts other = {.pid = f->pid};

	assert_int_equal(proc_read(proc, &other, FACT_CGROUP), 0);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		assert_string_equal(f->cgroups[h], other.cgroups[h]);
	assert_string_equal(f->manager_cgroup, other.manager_cgroup);
	proc_facts_done(&other);
}

static void where_somebody_else_was_read_nobody_is_read_again(void **state)
{
	struct proc_facts f, second;
	struct paths web;
	pid_t a, b;

	paths_make(&web, "web");
	a = child_in(&web);
	b = child_in(&web);
	f = listed(b);
	assert_true(f.spot != 0);
	assert_int_equal(proc_read(by_tasks, &f, FACT_CGROUP), 0);
	assert_true(f.spot != 0);
	assert_says_what_proc_says(&f);
	/* nothing could be read of it any more */
	second = (struct proc_facts){.pid = a, .spot = f.spot};
	real_child_end(a);
	assert_int_equal(proc_read(by_tasks, &second, FACT_CGROUP), 0);
	assert_string_equal(second.cgroups[web.first], web.list[web.first]);
	assert_true(second.spot == f.spot);
	proc_facts_done(&second);
	proc_facts_done(&f);
	real_child_end(b);
}

static void who_is_moved_after_it_was_listed_is_read_and_has_no_spot(void **state)
{
	struct paths web, db;
	struct proc_facts f;
	pid_t a, b;

	paths_make(&web, "web");
	paths_make(&db, "db");
	a = child_in(&web);
	b = child_in(&web);
	f = listed(a);
	assert_int_equal(mover_place(mover, FOUND(a, start_of(a)), db.list, NULL), MOVED_OK);
	assert_int_equal(proc_read(by_tasks, &f, FACT_CGROUP), 0);
	assert_int_equal(f.spot, 0);
	assert_says_what_proc_says(&f);
	proc_facts_done(&f);
	real_child_end(a);
	real_child_end(b);
}

static void another_pass_begins_anew(void **state)
{
	struct paths web, db;
	struct proc_facts f;
	pid_t a, b;

	paths_make(&web, "web");
	paths_make(&db, "db");
	a = child_in(&web);
	b = child_in(&web);
	f = listed(b);
	assert_int_equal(proc_read(by_tasks, &f, FACT_CGROUP), 0);
	proc_facts_done(&f);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(mover_place(mover, FOUND(i ? a : b, start_of(i ? a : b)), db.list, NULL), MOVED_OK);
	f = listed(b);
	assert_int_equal(proc_read(by_tasks, &f, FACT_CGROUP), 0);
	assert_says_what_proc_says(&f);
	proc_facts_done(&f);
	real_child_end(a);
	real_child_end(b);
}

/* /proc shows its first thread at the root of v1, and nothing says that the kernel moves that one with the others. */
static void who_has_lost_its_first_thread_has_no_spot(void **state)
{
	struct proc_facts f;
	pid_t pid = threads_start(true);

	f = listed(pid);
	assert_int_equal(f.spot, 0);
	proc_facts_done(&f);
	real_child_end(pid);
}

static void its_pidfds_are_known_by_what_was_listed(void **state)
{
	struct proc_facts f, other;
	pid_t pid = real_child(), neighbour = real_child();
	int held;

	f = listed(pid);
	other = listed(neighbour);
	if (f.pid_ino == 0)
		skip(); /* before Linux 6.9 */
	held = mover_hold(pid, NULL);
	assert_true(mover_is_of(held, &f));
	assert_false(mover_is_of(held, &other));
	f.pid_ino = 0;
	assert_false(mover_is_of(held, &f));
	close(held);
	proc_facts_done(&f);
	proc_facts_done(&other);
	real_child_end(pid);
	real_child_end(neighbour);
}

static int spots_setup(void **state)
{
	struct err e = {0};

	if (setup(state) < 0)
		return -1;
	by_tasks = proc_new(&real.m, NULL);
	tasks = tasks_new(by_tasks, &e);
	if (!tasks)
		print_error("the task iterator is not to be had: %s\n", e.text);
	proc_scan_by(by_tasks, tasks);
	return tasks ? 0 : -1;
}

static int spots_teardown(void **state)
{
	proc_free(by_tasks);
	tasks_free(tasks);
	return teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_somebody_else_was_read_nobody_is_read_again),
		cmocka_unit_test(who_is_moved_after_it_was_listed_is_read_and_has_no_spot),
		cmocka_unit_test(another_pass_begins_anew),
		cmocka_unit_test(who_has_lost_its_first_thread_has_no_spot),
		cmocka_unit_test(its_pidfds_are_known_by_what_was_listed),
	};

	return cmocka_run_group_tests(tests, spots_setup, spots_teardown);
}
