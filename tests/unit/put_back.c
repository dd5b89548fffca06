/* A member that is seen elsewhere was moved there by somebody, unless it is ending: then it reads as at the root of v1. */
#include "placer_room.h"
#undef fail /* ours fills a struct err */

static const struct resolved resolved;
static const struct machine machine = {.n_hierarchies = 1, .hierarchies = {{.version = 2}}, .tree = "cgq-test-none"};
static const struct row rows[] = {{"web", "name:cgq-nobody-is", false}};
static struct node nodes[] = {{.path = ""}, {.path = "web"}};
static unsigned leaf = 1;
static const struct want want = {.nodes = nodes, .n = 2, .leaf_of_group = &leaf, .hierarchies = 1};

struct room {
	struct policy *policy;
	struct placer p;
	pid_t pid; /* sleeps */
	unsigned asked;
};

/* It stays where it is. */
static bool count(void *ctx, const struct proc_facts *f, unsigned group, const char *found)
{
	((struct room *)ctx)->asked++;
	return false;
}

static int room_make(void **state)
{
	static struct room r;

	r = (struct room){.policy = built_new(rows, ARRAY_SIZE(rows))};
	r.p = (struct placer){
		.machine = &machine, .resolved = &resolved, .want = &want, .members = members_new(), .puts_back = count,
		.proc = proc_new(&machine, NULL), .origins = origin_store_new(-1, &machine), .ctx = &r,
	};
	placer_policy(&r.p, r.policy, NULL, 0);
	r.pid = child_start(NULL, NULL);
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	placer_leave(&r->p, r->policy, r->pid);
	return 0;
}

static void ends_but_for_its_parent(pid_t pid)
{
	siginfo_t info;

	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* It was in its group when it was seen last. How often anybody is asked whether it goes back. */
static unsigned asked_for(struct room *r, bool ends)
{
	const struct verdict v = {.kind = VERDICT_RULE, .group = 0, .rule = 0};
	struct proc_facts f = {.pid = r->pid};
	struct member *one;

	assert_int_equal(proc_read(r->p.proc, &f, FACT_STAT), 0);
	one = members_put(r->p.members, f.pid, f.start_ticks);
	one->group = 0;
	place_note_standing(&r->p, one, 1);
	if (ends)
		ends_but_for_its_parent(f.pid);
	place_put(&r->p, &f, &v);
	proc_facts_done(&f);
	return r->asked;
}

static void who_was_moved_out_is_told_of(void **state)
{
	assert_int_equal(asked_for(*state, false), 1);
}

static void who_ends_was_moved_by_nobody(void **state)
{
	assert_int_equal(asked_for(*state, true), 0);
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(who_was_moved_out_is_told_of),
		LAW(who_ends_was_moved_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
