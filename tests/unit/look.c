/* Laws of the full look about what happens while it goes on. */
#include "policy_built.h"
#undef fail /* ours fills a struct err */

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "placer.h"

static const struct machine machine;
static const struct resolved resolved;
static const struct row rows[] = {{"before", "name:cgq-before", false}, {"after", "name:cgq-after", false}};

struct lookout {
	struct placer p;
	pid_t pid;
	int tell, hear;
	enum event_kind kind;
};

/* A child that is called so, and called otherwise once it is told to be. */
static void child_start(struct lookout *l)
{
	int to_child[2], to_us[2];
	char byte;

	assert_int_equal(pipe(to_child), 0);
	assert_int_equal(pipe(to_us), 0);
	l->pid = fork();
	assert_true(l->pid >= 0);
	if (l->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "cgq-before");
		if (write(to_us[1], "x", 1) != 1 || read(to_child[0], &byte, 1) != 1)
			_exit(1);
		prctl(PR_SET_NAME, "cgq-after");
		if (write(to_us[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(to_child[0]);
	close(to_us[1]);
	l->tell = to_child[1];
	l->hear = to_us[0];
	assert_int_equal(read(l->hear, &byte, 1), 1);
}

/* What waited when the list was made: that it has become something else. */
static void drain(void *ctx)
{
	struct lookout *l = ctx;
	struct proc_event_told told = {.kind = l->kind, .pid = l->pid};
	char byte;

	assert_int_equal(write(l->tell, "x", 1), 1);
	assert_int_equal(read(l->hear, &byte, 1), 1);
	placer_event(&l->p, &told);
}

static unsigned group_after_look(enum event_kind kind)
{
	struct policy *policy = built_new(rows, ARRAY_SIZE(rows));
	const struct want want = {0};
	const struct tree tree = {0};
	struct lookout l = {.kind = kind};
	struct members *members = members_new();
	unsigned group;

	l.p = (struct placer){
		.machine = &machine, .resolved = &resolved, .want = &want, .members = members,
		.proc = proc_new(&machine, NULL), .origins = origin_store_new(-1, &machine), .pins = pins_new(),
		.self = getpid(), .drain = drain, .ctx = &l,
	};
	placer_policy(&l.p, policy, NULL, 0);
	child_start(&l);
	assert_int_equal(placer_look(&l.p, &tree, NULL), 0);
	group = members_find(members, l.pid) ? members_find(members, l.pid)->group : GROUP_NONE;
	kill(l.pid, SIGKILL);
	waitpid(l.pid, NULL, 0);
	close(l.tell);
	close(l.hear);
	placer_done(&l.p);
	pins_free(l.p.pins);
	origin_store_free(l.p.origins);
	proc_free(l.p.proc);
	members_free(members);
	built_free(policy);
	return group;
}

static void who_becomes_another_while_the_list_is_made_is_judged_by_what_it_is(void **state)
{
	assert_int_equal(group_after_look(EVENT_COMM), 1);
	assert_int_equal(group_after_look(EVENT_EXEC), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_becomes_another_while_the_list_is_made_is_judged_by_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
