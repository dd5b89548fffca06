/* Who is about to run a strict program is in its group before; and nobody else is. */
#include "placer_room.h"
#undef fail /* ours fills a struct err */

#include "clock.h"

#define DEV 1
#define INO 4711
#define SECOND_NS UINT64_C(1000000000)

static const struct machine machine;
static const struct want want;
static const struct row rows[] = {{"web", "exe:/opt/web", false}};
static struct file_id ids[] = {{DEV, INO}};
static struct resolved_exe exes[] = {{ids, 1}};
static const struct resolved resolved = {.exes = exes};

struct room {
	struct policy *policy;
	struct placer p;
	pid_t pid; /* sleeps */
	uint64_t started_ns;
};

static int room_make(void **state)
{
	static struct room r;

	r.policy = built_new(rows, ARRAY_SIZE(rows));
	r.policy->groups[0].strict = true;
	r.p = (struct placer){
		.machine = &machine, .resolved = &resolved, .want = &want, .members = members_new(),
		.proc = proc_new(&machine, NULL), .origins = origin_store_new(-1, &machine), .pins = pins_new(),
		.self = getpid(), .ctx = &r,
	};
	placer_policy(&r.p, r.policy, NULL, 0);
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

static bool is_taken_in(struct room *r, uint64_t asked_ns, uint64_t ino)
{
	placer_before_exec(&r->p, r->pid, asked_ns, DEV, ino, "web");
	return members_find(r->p.members, r->pid) != NULL;
}

static void who_is_about_to_run_it_belongs_to_its_group(void **state)
{
	struct room *r = *state;

	assert_true(is_taken_in(r, r->started_ns, INO));
	assert_int_equal(members_find(r->p.members, r->pid)->group, 0);
	assert_int_equal(members_find(r->p.members, r->pid)->before_group, GROUP_NONE);
}

static void who_is_about_to_run_something_else_does_not(void **state)
{
	struct room *r = *state;

	assert_false(is_taken_in(r, r->started_ns, INO + 1));
}

/* That one was killed while it waited for the answer. */
static void who_has_the_number_of_one_that_asked_is_left_alone(void **state)
{
	struct room *r = *state;

	assert_false(is_taken_in(r, r->started_ns - SECOND_NS, INO));
}

int main(void)
{
#define LAW(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		LAW(who_is_about_to_run_it_belongs_to_its_group),
		LAW(who_is_about_to_run_something_else_does_not),
		LAW(who_has_the_number_of_one_that_asked_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
