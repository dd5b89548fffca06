/* What threads that place at once say is remembered in any order, and told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "members.h"
#include "place.h"
#include "proc.h"
#include "quick.h"

#define GONE_PID   0x3ffffffe /* above what the kernel hands out */

struct room {
	struct machine machine;
	struct policy policy;
	struct group groups[2];
	struct rule rules[1];
	struct node nodes[3];
	unsigned leaves[2];
	struct want want;
	struct placer p;
	unsigned told;
	struct quick_message m;
};

static void on_tell(void *ctx, const struct proc_facts *f, unsigned group, unsigned rule, const struct err *e)
{
	struct room *r = ctx;

	assert_null(e);
	assert_int_equal(group, 1);
	assert_int_equal(rule, 0);
	assert_string_equal(f->comm, "web");
	r->told++;
}

static int room_make(void **state)
{
	static const struct resolved nothing;
	static struct room r;

	r = (struct room){
		.machine = {.n_hierarchies = 2, .tree = "cgq-test-none"},
		.policy = {.groups = r.groups, .n_groups = 2, .rules = r.rules, .n_rules = 1},
		.rules = {{.group = 1, .key = 77}},
		.nodes = {{.path = ""}, {.path = "db"}, {.path = "web"}},
		.leaves = {1, 2},
		.want = {.nodes = r.nodes, .n = 3, .leaf_of_group = r.leaves, .hierarchies = 3},
		.m = {.pid = GONE_PID, .ppid = 1, .start_ticks = 500, .at_ns = 1000, .group = 1, .rule = 0, .comm = "web"},
	};
	r.p = (struct placer){
		.resolved = &nothing,
		.machine = &r.machine,
		.policy = &r.policy,
		.want = &r.want,
		.members = members_new(),
		.pins = pins_new(),
		.proc = proc_new(&r.machine, NULL),
		.origins = origin_store_new(-1, &r.machine),
		.tell = on_tell,
		.ctx = &r,
	};
	memcpy(r.m.paths, "/\0/user", sizeof("/\0/user"));
	*state = &r;
	return 0;
}

static int room_leave(void **state)
{
	struct room *r = *state;

	members_free(r->p.members);
	pins_free(r->p.pins);
	proc_free(r->p.proc);
	origin_store_free(r->p.origins);
	return 0;
}

static void say(struct room *r, enum quick_kind kind)
{
	r->m.kind = kind;
	r->m.paths_bytes = kind == QUICK_MOVES ? sizeof("/\0/user") : 0;
	placer_quick(&r->p, &r->m);
}

static struct member *member(struct room *r)
{
	return members_find(r->p.members, GONE_PID);
}

static void a_move_is_remembered_before_it_is_told(void **state)
{
	struct room *r = *state;

	say(r, QUICK_MOVES);
	assert_int_equal(r->told, 0);
	assert_non_null(member(r));
	assert_int_equal(member(r)->group, 1);
	assert_int_equal(member(r)->rule_key, 77);
	assert_string_equal(member(r)->origins[0], "");
	assert_string_equal(member(r)->origins[1], "/user");
	assert_null(member(r)->stood); /* nobody has moved it out while it is not in yet */
	say(r, QUICK_MOVED);
	assert_int_equal(r->told, 1);
	assert_string_equal(member(r)->stood, "web");
	assert_int_equal(members_count(r->p.members), 1);
}

static void an_origin_that_is_known_is_kept(void **state)
{
	struct room *r = *state;

	members_put(r->p.members, GONE_PID, 500)->origins[1] = members_intern(r->p.members, "/first");
	say(r, QUICK_MOVES);
	assert_string_equal(member(r)->origins[0], "");
	assert_string_equal(member(r)->origins[1], "/first");
}

static void what_the_main_loop_moved_after_the_event_is_not_told_again(void **state)
{
	struct room *r = *state;
	struct member *one = members_put(r->p.members, GONE_PID, 500);

	one->group = 1;
	one->placed_ns = r->m.at_ns + 1;
	say(r, QUICK_MOVES);
	say(r, QUICK_MOVED);
	assert_int_equal(r->told, 0);
	assert_string_equal(one->origins[1], "/user");
}

static void what_the_main_loop_moved_in_between_is_not_told_again(void **state)
{
	struct room *r = *state;

	say(r, QUICK_MOVES);
	member(r)->quick = false; /* as its own move leaves it */
	say(r, QUICK_MOVED);
	assert_int_equal(r->told, 0);
}

static void event(struct room *r, enum event_kind kind, uint64_t at_ns)
{
	placer_event(&r->p, &(struct proc_event_told){.kind = kind, .pid = r->m.pid, .at_ns = at_ns, .is_last = true});
}

static void one_that_ended_before_its_move_leaves_nothing(void **state)
{
	struct room *r = *state;

	say(r, QUICK_MOVES);
	say(r, QUICK_MISSED);
	assert_int_equal(r->told, 0);
	/* whom it forked is still to be told of, and follows it */
	assert_int_equal(member(r)->group, 1);
	assert_true(member(r)->placed_ns > 0);
	event(r, EVENT_EXIT, r->m.at_ns + 1);
	assert_null(member(r));
	/* what the main loop knew by itself stays its own */
	members_put(r->p.members, GONE_PID, 500)->group = 1;
	say(r, QUICK_MISSED);
	assert_non_null(member(r));
}

static void an_earlier_process_of_the_same_pid_hands_nothing_on(void **state)
{
	struct room *r = *state;

	members_put(r->p.members, GONE_PID, 400)->origins[1] = members_intern(r->p.members, "/another");
	say(r, QUICK_MOVES);
	assert_int_equal(member(r)->start_ticks, 500);
	assert_string_equal(member(r)->origins[1], "/user");
	/* and a later one is not touched by what is said of this one */
	members_put(r->p.members, GONE_PID, 600)->quick = true;
	say(r, QUICK_MISSED);
	assert_true(member(r)->quick);
	assert_int_equal(r->told, 0);
}

static void a_message_with_fewer_paths_than_hierarchies_is_read_to_its_end_only(void **state)
{
	struct room *r = *state;

	r->m.kind = QUICK_MOVES;
	r->m.paths_bytes = 2;
	placer_quick(&r->p, &r->m);
	assert_string_equal(member(r)->origins[0], "");
	assert_null(member(r)->origins[1]);
}

static void a_fork_that_is_heard_of_later_takes_nothing_away(void **state)
{
	struct room *r = *state;
	struct proc_event_told forked = {.kind = EVENT_FORK, .pid = GONE_PID, .parent = 1, .at_ns = r->m.at_ns - 1};

	say(r, QUICK_MOVES);
	placer_event(&r->p, &forked);
	say(r, QUICK_MOVED);
	assert_int_equal(r->told, 1);
	assert_string_equal(member(r)->origins[1], "/user");
	/* but that of another process with its number does */
	forked.at_ns = UINT64_MAX;
	placer_event(&r->p, &forked);
	assert_null(member(r));
}

/* This process, which no rule fits: once it is judged, it is no member any more. */
static void be_this_process(struct room *r)
{
	struct proc_facts self = {.pid = getpid()};

	assert_int_equal(proc_read(r->p.proc, &self, FACT_STAT), 0);
	r->m.pid = self.pid;
	r->m.start_ticks = self.start_ticks;
	proc_facts_done(&self);
}

static void what_a_thread_judged_by_is_not_judged_again_but_what_came_after(void **state)
{
	struct room *r = *state;

	be_this_process(r);
	say(r, QUICK_MOVES);
	event(r, EVENT_EXEC, r->m.at_ns - 1);
	event(r, EVENT_EXEC, r->m.at_ns);
	assert_non_null(members_find(r->p.members, r->m.pid));
	say(r, QUICK_MOVED);
	event(r, EVENT_EXEC, r->m.at_ns);
	assert_non_null(members_find(r->p.members, r->m.pid));
	event(r, EVENT_EXEC, r->m.at_ns + 1);
	assert_null(members_find(r->p.members, r->m.pid));
}

/* The main loop found no rule for what it has become since, while the thread was waiting to write. */
static void who_is_moved_after_it_was_let_go_is_judged_again_and_its_origin_is_known(void **state)
{
	struct room *r = *state;
	const struct member *one;

	be_this_process(r);
	say(r, QUICK_MOVES);
	event(r, EVENT_EXEC, r->m.at_ns + 1);
	one = members_find(r->p.members, r->m.pid);
	assert_non_null(one);
	assert_int_equal(one->group, GROUP_NONE);
	assert_string_equal(one->origins[1], "/user");
	say(r, QUICK_MOVED);
	assert_int_equal(r->told, 1);
	assert_null(members_find(r->p.members, r->m.pid));
}

static bool is_unfit(struct room *r, uint64_t at_ns)
{
	return place_is_unfit(&r->p, &(struct proc_event_told){.kind = EVENT_EXEC, .pid = GONE_PID, .at_ns = at_ns});
}

static void whom_a_thread_found_no_rule_for_is_left_unless_something_is_known_of_it(void **state)
{
	struct room *r = *state;

	assert_false(is_unfit(r, r->m.at_ns));
	say(r, QUICK_UNFIT);
	assert_true(is_unfit(r, r->m.at_ns));
	assert_null(member(r));
	assert_false(is_unfit(r, r->m.at_ns + 1));
	members_put(r->p.members, GONE_PID, 500);
	assert_false(is_unfit(r, r->m.at_ns));
	members_drop(r->p.members, GONE_PID);
	members_put(r->p.members, (pid_t)r->m.ppid, 1);
	assert_false(is_unfit(r, r->m.at_ns));
	members_drop(r->p.members, (pid_t)r->m.ppid);
	assert_true(is_unfit(r, r->m.at_ns));
	/* one that has the same last digits */
	r->m.pid -= UNFIT_KEPT;
	say(r, QUICK_UNFIT);
	assert_false(is_unfit(r, r->m.at_ns));
	r->m.pid += UNFIT_KEPT;
	say(r, QUICK_UNFIT);
	placer_policy(&r->p, &r->policy, NULL, 0);
	assert_false(is_unfit(r, r->m.at_ns));
	free(r->p.rule_keys);
}

static void who_was_to_be_moved_and_is_never_heard_of_again_is_judged(void **state)
{
	struct room *r = *state;

	be_this_process(r);
	say(r, QUICK_MOVES);
	placer_forget_ended(&r->p);
	assert_non_null(members_find(r->p.members, r->m.pid));
	members_find(r->p.members, r->m.pid)->placed_ns = 1;
	placer_forget_ended(&r->p);
	assert_null(members_find(r->p.members, r->m.pid));
}

static void an_end_that_came_before_the_exec_is_of_an_earlier_process(void **state)
{
	struct room *r = *state;

	say(r, QUICK_MOVES);
	event(r, EVENT_EXIT, r->m.at_ns - 1);
	assert_non_null(member(r));
	event(r, EVENT_EXIT, r->m.at_ns + 1);
	assert_null(member(r));
}

/* It runs, and is said to have ended: only of its last thread is that believed without a look. */
static void the_end_of_a_first_thread_is_looked_at_and_that_of_the_last_is_not(void **state)
{
	struct room *r = *state;
	struct proc_event_told ended = {.kind = EVENT_EXIT, .at_ns = r->m.at_ns + 1};

	be_this_process(r);
	ended.pid = r->m.pid;
	say(r, QUICK_MOVES);
	placer_event(&r->p, &ended);
	assert_true(members_find(r->p.members, r->m.pid)->ending);
	ended.is_last = true;
	placer_event(&r->p, &ended);
	assert_null(members_find(r->p.members, r->m.pid));
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(a_move_is_remembered_before_it_is_told),
		LAW(an_origin_that_is_known_is_kept),
		LAW(what_the_main_loop_moved_after_the_event_is_not_told_again),
		LAW(what_the_main_loop_moved_in_between_is_not_told_again),
		LAW(one_that_ended_before_its_move_leaves_nothing),
		LAW(an_earlier_process_of_the_same_pid_hands_nothing_on),
		LAW(a_fork_that_is_heard_of_later_takes_nothing_away),
		LAW(what_a_thread_judged_by_is_not_judged_again_but_what_came_after),
		LAW(who_is_moved_after_it_was_let_go_is_judged_again_and_its_origin_is_known),
		LAW(whom_a_thread_found_no_rule_for_is_left_unless_something_is_known_of_it),
		LAW(who_was_to_be_moved_and_is_never_heard_of_again_is_judged),
		LAW(an_end_that_came_before_the_exec_is_of_an_earlier_process),
		LAW(the_end_of_a_first_thread_is_looked_at_and_that_of_the_last_is_not),
		LAW(a_message_with_fewer_paths_than_hierarchies_is_read_to_its_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
