/* Whom a process forked that is gone before anybody looked at it, as one that becomes a daemon is: looked at, and nobody else is. */
#include "placer_room.h"
#undef fail /* ours fills a struct err */

#include <sys/prctl.h>

#include "clock.h"

#define GONE_PID 0x3ffffffe /* above what the kernel hands out */
#define CHILD_PID (GONE_PID - 1)

static const struct machine machine;
static const struct resolved resolved;
static const struct want want;
static const struct row rows[] = {{"web", "name:cgq-test-heir", false}};

struct room {
	struct policy *policy;
	struct placer p;
	pid_t pid; /* is called so, and sleeps */
};

static int room_make(void **state)
{
	static struct room r;

	r.policy = built_new(rows, ARRAY_SIZE(rows));
	r.policy->kinds = 1U << MATCH_NAME;
	r.p = (struct placer){
		.machine = &machine, .resolved = &resolved, .want = &want, .members = members_new(),
		.proc = proc_new(&machine, NULL), .origins = origin_store_new(-1, &machine), .pins = pins_new(),
		.self = getpid(), .ctx = &r,
	};
	placer_policy(&r.p, r.policy, NULL, 0);
	r.pid = child_named("cgq-test-heir");
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	placer_leave(&r->p, r->policy, r->pid);
	return 0;
}

static void event(struct room *r, enum event_kind kind, pid_t pid, pid_t parent)
{
	placer_event(&r->p, &(struct proc_event_told){.kind = kind, .pid = pid, .parent = parent, .at_ns = clock_now_ns(),
						      .is_last = true});
}

static bool is_member(struct room *r)
{
	const struct member *one = members_find(r->p.members, r->pid);

	return one && one->group == 0;
}

static void the_child_of_one_that_is_gone_is_looked_at(void **state)
{
	static const enum event_kind kinds[] = {EVENT_EXEC, EVENT_COMM};
	struct room *r = *state;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		members_drop(r->p.members, r->pid);
		event(r, kinds[i], GONE_PID, 0);
		event(r, EVENT_FORK, r->pid, GONE_PID);
		event(r, EVENT_EXIT, GONE_PID, 0);
		assert_true(is_member(r));
	}
}

static void so_is_the_child_of_its_child_that_is_gone_too(void **state)
{
	struct room *r = *state;

	event(r, EVENT_EXEC, GONE_PID, 0);
	event(r, EVENT_FORK, CHILD_PID, GONE_PID);
	event(r, EVENT_EXIT, GONE_PID, 0);
	event(r, EVENT_FORK, r->pid, CHILD_PID);
	event(r, EVENT_EXIT, CHILD_PID, 0);
	assert_true(is_member(r));
	assert_int_equal(members_count(r->p.members), 1);
}

static void comm_changed(struct room *r, uint64_t at_ns)
{
	members_drop(r->p.members, r->pid);
	placer_event(&r->p, &(struct proc_event_told){.kind = EVENT_COMM, .pid = r->pid, .at_ns = at_ns});
}

/* However fast it changes, who waits in the same queue has his turn. */
static void an_event_that_is_older_than_the_last_look_says_nothing_new(void **state)
{
	struct room *r = *state;
	uint64_t before_ns = clock_now_ns();

	comm_changed(r, before_ns);
	assert_true(is_member(r));
	comm_changed(r, before_ns);
	assert_false(is_member(r));
	comm_changed(r, clock_now_ns());
	assert_true(is_member(r));
	/* by another policy */
	placer_policy(&r->p, r->policy, NULL, 0);
	comm_changed(r, before_ns);
	assert_true(is_member(r));
}

/* Most forks are none of ours. */
static void the_child_of_one_of_whom_nothing_was_told_is_not(void **state)
{
	struct room *r = *state;

	event(r, EVENT_FORK, r->pid, GONE_PID);
	assert_false(is_member(r));
}

static void nothing_is_left_of_one_that_is_gone_once_its_end_is_told(void **state)
{
	struct room *r = *state;

	event(r, EVENT_EXEC, GONE_PID, 0);
	event(r, EVENT_EXIT, GONE_PID, 0);
	assert_int_equal(members_count(r->p.members), 0);
	event(r, EVENT_FORK, r->pid, GONE_PID);
	assert_false(is_member(r));
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(the_child_of_one_that_is_gone_is_looked_at),
		LAW(so_is_the_child_of_its_child_that_is_gone_too),
		LAW(an_event_that_is_older_than_the_last_look_says_nothing_new),
		LAW(the_child_of_one_of_whom_nothing_was_told_is_not),
		LAW(nothing_is_left_of_one_that_is_gone_once_its_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
