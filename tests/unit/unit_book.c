/* Laws of who keeps a unit from being limited, and of what is found in its cgroup. */
#include "dir_tree.h"
#undef fail /* ours fills a struct err */

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "unit_book.h"

static const char *group_path(void *ctx, unsigned group)
{
	return group == 1 ? "mysql" : "web";
}

static void expect(const struct book_unit *u, pid_t control, const char *text)
{
	auto_free char *why = unit_book_refusal(u, control, group_path, NULL);

	if (!text)
		assert_null(why);
	else
		assert_string_equal(why ? why : "none", text);
}

static struct book_unit unit_of(const struct book_stranger *list, size_t n)
{
	struct book_unit u = {.name = (char *)"x.service", .group = 0, .n_strangers = n};

	memcpy(u.strangers, list, (n < BOOK_STRANGERS_MAX ? n : BOOK_STRANGERS_MAX) * sizeof(*list));
	return u;
}

static void the_first_stranger_is_named_and_whose_it_is(void **state)
{
	struct book_unit u = unit_of((struct book_stranger[]){{12, 1, GROUP_NONE, "sh\n"}, {13, 1, 1, "mysqld"}}, 2);

	expect(&u, 0, "x.service also holds pid 12 (sh\\n), which no rule takes; the unit is left as it is");
	u.strangers[0] = u.strangers[1];
	expect(&u, 0, "x.service also holds pid 13 (mysqld), which belongs to [mysql]; the unit is left as it is");
	u.n_strangers = 0;
	expect(&u, 0, NULL);
}

static void what_controls_a_unit_and_its_helpers_are_no_strangers(void **state)
{
	struct book_unit u = unit_of((struct book_stranger[]){{12, 1, GROUP_NONE, "sh"},
							       {13, 12, GROUP_NONE, "kill"},
							       {14, 13, GROUP_NONE, "sleep"}}, 3);

	expect(&u, 12, NULL);
	/* not one that nobody started for that */
	u.strangers[2].ppid = 99;
	expect(&u, 12, "x.service also holds pid 14 (sleep), which no rule takes; the unit is left as it is");
	/* nor one of another group, whoever started it */
	u.strangers[2] = (struct book_stranger){14, 12, 1, "mysqld"};
	expect(&u, 12, "x.service also holds pid 14 (mysqld), which belongs to [mysql]; the unit is left as it is");
	/* control_pid 0 is none: no parent of 0 is that */
	u = unit_of((struct book_stranger[]){{12, 0, GROUP_NONE, "sh"}}, 1);
	expect(&u, 0, "x.service also holds pid 12 (sh), which no rule takes; the unit is left as it is");
}

/* This process's own cgroup, as a folder of the test's own. */
struct room {
	struct dir_tree *t;
	struct proc *proc;
	struct members *members;
	struct unit_book book;
	pid_t child;
};

static pid_t child_start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static int room_new(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	void *t;

	dir_tree_v2(&t);
	r->t = t;
	r->proc = proc_new(&r->t->m, NULL);
	r->members = members_new();
	r->child = child_start();
	*state = r;
	return 0;
}

static int room_done(void **state)
{
	struct room *r = *state;
	void *t = r->t;

	kill(r->child, SIGKILL);
	waitpid(r->child, NULL, 0);
	unit_book_done(&r->book);
	members_free(r->members);
	proc_free(r->proc);
	dir_tree_done(&t);
	free(r);
	return 0;
}

static void procs_put(struct room *r, const char *cgroup, pid_t a, pid_t b)
{
	char text[64];

	assert_int_equal(r->t->k->make(r->t->k, &r->t->m.hierarchies[0], cgroup, NULL), 0);
	snprintf(text, sizeof(text), "%d\n%d\n", (int)a, (int)b);
	dir_put(r->t, CONTROLLER_CPU, cgroup, "cgroup.procs", text);
}

static struct book_unit *occupy(struct room *r)
{
	struct book_look look = {r->proc, r->t->k, &r->t->m, r->members, 0, NULL};

	unit_book_done(&r->book);
	r->book.list = must_alloc(sizeof(*r->book.list));
	r->book.list[r->book.n++] = (struct book_unit){.name = must_strdup("x.service"), .cgroup = must_strdup("/x.service")};
	unit_book_occupy(&look, &r->book);
	return &r->book.list[0];
}

static void who_is_below_the_units_cgroup_is_in_it(void **state)
{
	struct room *r = *state;
	struct book_unit *u;

	procs_put(r, "/x.service", getpid(), r->child);
	members_put(r->members, getpid(), 0)->group = 0;
	members_put(r->members, r->child, 0)->group = 1;
	u = occupy(r);
	assert_int_equal(u->members, 1);
	assert_int_equal(u->n_strangers, 1);
	assert_int_equal(u->strangers[0].pid, r->child);
	assert_int_equal(u->strangers[0].group, 1);
	procs_put(r, "/x.service", getpid(), getpid());
	procs_put(r, "/x.service/below", getpid(), r->child);
	u = occupy(r);
	assert_int_equal(u->members, 3);
	assert_int_equal(u->n_strangers, 1);
}

/* It is told of a moment later: not before it has been told of is it a stranger. */
static void a_members_child_that_nobody_told_of_yet_is_the_members(void **state)
{
	struct room *r = *state;
	struct book_unit *u;

	procs_put(r, "/x.service", getpid(), r->child);
	members_put(r->members, getpid(), 0)->group = 0;
	u = occupy(r);
	assert_int_equal(u->members, 2);
	assert_int_equal(u->n_strangers, 0);
	members_find(r->members, getpid())->group = 1;
	u = occupy(r);
	assert_int_equal(u->n_strangers, 2);
}

static void one_that_has_ended_meanwhile_is_nobody(void **state)
{
	struct room *r = *state;
	struct book_unit *u;

	procs_put(r, "/x.service", getpid(), r->child);
	members_put(r->members, getpid(), 0)->group = 0;
	kill(r->child, SIGKILL);
	waitpid(r->child, NULL, 0);
	u = occupy(r);
	assert_int_equal(u->members, 1);
	assert_int_equal(u->n_strangers, 0);
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, room_new, room_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_stranger_is_named_and_whose_it_is),
		cmocka_unit_test(what_controls_a_unit_and_its_helpers_are_no_strangers),
		in_room(who_is_below_the_units_cgroup_is_in_it),
		in_room(a_members_child_that_nobody_told_of_yet_is_the_members),
		in_room(one_that_has_ended_meanwhile_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
