/* Whose end was lost, and whose number another process has now, hands that one nothing on. */
#include "placer_room.h"
#undef fail /* ours fills a struct err */

#include "clock.h"

#define GONE_PID 0x3ffffffe /* above what the kernel hands out */
#define SECOND_NS UINT64_C(1000000000)

static const struct machine machine;
static const struct resolved resolved;
static const struct want want;
static const struct tree tree;
static const struct row rows[] = {{"web", "name:cgq-nobody-is", false}};

struct room {
	struct policy *policy;
	struct placer p;
	pid_t pid; /* sleeps */
	uint64_t started_ns;
};

static int room_make(void **state)
{
	static struct room r;
	struct member *parent;

	r.policy = built_new(rows, ARRAY_SIZE(rows));
	r.p = (struct placer){
		.machine = &machine, .resolved = &resolved, .want = &want, .members = members_new(),
		.proc = proc_new(&machine, NULL), .origins = origin_store_new(-1, &machine), .pins = pins_new(),
		.self = getpid(), .ctx = &r,
	};
	placer_policy(&r.p, r.policy, NULL, 0);
	parent = members_put(r.p.members, GONE_PID, 5);
	parent->group = 0;
	parent->rule_key = r.policy->rules[0].key;
	r.pid = child_start(NULL, NULL);
	r.started_ns = clock_now_ns();
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	placer_leave(&r->p, r->policy, r->pid);
	return 0;
}

/* The group that it is in after a full look, having been told of as a child of a member at that time. */
static unsigned group_when_born_at(struct room *r, uint64_t at_ns)
{
	const struct member *one;

	placer_event(&r->p, &(struct proc_event_told){.kind = EVENT_FORK, .pid = r->pid, .parent = GONE_PID, .at_ns = at_ns});
	assert_non_null(members_find(r->p.members, r->pid));
	assert_int_equal(placer_look(&r->p, &tree, NULL), 0);
	one = members_find(r->p.members, r->pid);
	return one ? one->group : GROUP_NONE;
}

static void a_follower_stays_where_it_was_born(void **state)
{
	struct room *r = *state;

	assert_int_equal(group_when_born_at(r, r->started_ns), 0);
}

static void who_is_younger_than_the_birth_that_was_told_is_another(void **state)
{
	struct room *r = *state;

	assert_int_equal(group_when_born_at(r, r->started_ns - SECOND_NS), GROUP_NONE);
}

/* Looked at when it is told of, since its parent was just moved. */
static void who_is_younger_is_not_judged_for_the_one_whose_birth_was_told(void **state)
{
	struct room *r = *state;

	members_find(r->p.members, GONE_PID)->placed_ns = r->started_ns;
	assert_int_equal(group_when_born_at(r, r->started_ns - SECOND_NS / 2), GROUP_NONE);
	assert_null(members_find(r->p.members, GONE_PID));
}

static void the_journal_keeps_no_start_of_another(void **state)
{
	struct room *r = *state;
	struct member *one;

	for (int late = 0; late < 2; late++) {
		placer_event(&r->p, &(struct proc_event_told){.kind = EVENT_FORK, .pid = r->pid, .parent = GONE_PID,
							      .at_ns = r->started_ns - (late ? 0 : SECOND_NS)});
		placer_journal(&r->p);
		one = members_find(r->p.members, r->pid);
		assert_int_equal(one->start_ticks != 0, late);
	}
}

/* Nothing but the decision would hold it. */
static void who_is_younger_inherits_no_pin(void **state)
{
	struct room *r = *state;

	for (int late = 0; late < 2; late++) {
		const struct member *one;

		members_drop(r->p.members, GONE_PID);
		pins_put(r->p.pins,
			 &(struct pin){.pid = GONE_PID, .start_ticks = 5, .key = 9, .group = "web", .children = true});
		placer_event(&r->p, &(struct proc_event_told){.kind = EVENT_FORK, .pid = r->pid, .parent = GONE_PID,
							      .at_ns = r->started_ns - (late ? 0 : SECOND_NS)});
		assert_int_equal(placer_look(&r->p, &tree, NULL), 0);
		one = members_find(r->p.members, r->pid);
		assert_int_equal(one && one->kind == VERDICT_PINNED, late);
		assert_int_equal(pins_find(r->p.pins, r->pid) != NULL, late);
	}
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(a_follower_stays_where_it_was_born),
		LAW(who_is_younger_than_the_birth_that_was_told_is_another),
		LAW(who_is_younger_is_not_judged_for_the_one_whose_birth_was_told),
		LAW(the_journal_keeps_no_start_of_another),
		LAW(who_is_younger_inherits_no_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
