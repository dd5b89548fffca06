/* Laws of who wants CPU beside units, on plain folders in place of cgroups. */
#include "dir_tree.h"
#undef fail /* ours fills a struct err */

#include <inttypes.h>

#include <cgq/memory.h>

#include "unit_load.h"

#define SECOND_NS UINT64_C(1000000000)

struct room {
	struct dir_tree *t;
	struct unit_load *l;
	struct seen_unit list[8];
	struct seen_units seen;
	uint64_t now_ns;
	uint64_t usec[8]; /* by number of a cgroup */
};

static const char *const cgroups[] = {"/system.slice", "/system.slice/a.service", "/system.slice/b.service",
				      "/system.slice/rival.service", "/user.slice"};
enum { SYSTEM, UNIT_A, UNIT_B, RIVAL, USERS };

static int room_new(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	void *t;

	dir_tree_v2(&t);
	r->t = t;
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(*cgroups); i++)
		assert_int_equal(r->t->k->make(r->t->k, dir_hierarchy(r->t, CONTROLLER_CPU), cgroups[i], NULL), 0);
	r->l = unit_load_new(r->t->k);
	r->list[0] = (struct seen_unit){.name = "-.slice", .cgroup = "", .group = GROUP_NONE};
	r->list[1] = (struct seen_unit){.name = "system.slice", .cgroup = cgroups[SYSTEM], .group = GROUP_NONE};
	r->list[2] = (struct seen_unit){.name = "a.service", .cgroup = cgroups[UNIT_A], .group = 0, .slice = 1};
	r->list[3] = (struct seen_unit){.name = "b.service", .cgroup = cgroups[UNIT_B], .group = 1, .slice = 1};
	r->seen = (struct seen_units){.list = r->list, .n = 4};
	r->now_ns = SECOND_NS;
	*state = r;
	return 0;
}

static int room_done(void **state)
{
	struct room *r = *state;
	void *t = r->t;

	unit_load_free(r->l);
	dir_tree_done(&t);
	free(r);
	return 0;
}

/* One CPU's percent in the second that ends now, of one that waited or not. */
static void uses(struct room *r, int cgroup, unsigned percent, bool waits)
{
	char text[128];

	r->usec[cgroup] += percent * 10000;
	snprintf(text, sizeof(text), "usage_usec %" PRIu64 "\n", r->usec[cgroup]);
	dir_put(r->t, CONTROLLER_CPU, cgroups[cgroup], "cpu.stat", text);
	snprintf(text, sizeof(text), "some avg10=%s avg60=0.00 avg300=0.00 total=0\n", waits ? "50.00" : "0.00");
	dir_put(r->t, CONTROLLER_CPU, cgroups[cgroup], "cpu.pressure", text);
}

static void tick(struct room *r, uint64_t seconds)
{
	const struct hierarchy *h = dir_hierarchy(r->t, CONTROLLER_CPU);

	r->now_ns += seconds * SECOND_NS;
	unit_load_tick(r->l, h, 2, &r->seen, r->now_ns);
	unit_load_fill(r->l, h, &r->seen, true);
}

static void busy_second(struct room *r, unsigned rival, bool waits)
{
	uses(r, UNIT_A, 50, waits);
	uses(r, UNIT_B, 0, false);
	uses(r, RIVAL, rival, false);
	tick(r, 1);
}

static void of_the_first_tick_nothing_is_known(void **state)
{
	struct room *r = *state;

	busy_second(r, 50, true);
	assert_true(r->list[2].cpu_percent < 0);
	assert_int_equal(r->list[1].others_weight, 0);
	busy_second(r, 50, true);
	assert_true(r->list[2].cpu_percent > 24.9 && r->list[2].cpu_percent < 25.1); /* of 2 CPUs */
	assert_true(r->list[2].cpu_waits);
	assert_false(r->list[3].cpu_waits);
}

static void who_wants_cpu_beside_a_unit_that_waits_weighs(void **state)
{
	struct room *r = *state;

	dir_put(r->t, CONTROLLER_CPU, cgroups[RIVAL], "cpu.weight", "300\n");
	for (int i = 0; i < 2; i++)
		busy_second(r, 4, true); /* a quiet service is no rival */
	assert_int_equal(r->list[1].others_weight, 0);
	busy_second(r, 50, true);
	assert_int_equal(r->list[1].others_weight, 300);
	assert_int_equal(r->list[0].others_weight, 0);
}

static void nobody_is_looked_at_while_no_unit_waits(void **state)
{
	struct room *r = *state;

	for (int i = 0; i < 3; i++)
		busy_second(r, 50, false);
	assert_int_equal(r->list[1].others_weight, 0);
}

/* Weights that came and went each second would serve nobody. */
static void a_rival_stays_one_for_a_minute(void **state)
{
	struct room *r = *state;

	for (int i = 0; i < 2; i++)
		busy_second(r, 50, true);
	assert_int_equal(r->list[1].others_weight, 100);
	uses(r, RIVAL, 0, false);
	tick(r, 59);
	assert_int_equal(r->list[1].others_weight, 100);
	tick(r, 1);
	assert_int_equal(r->list[1].others_weight, 0);
}

/* One with a stranger in it, or one to be given back, has no weight of ours, and competes all the same. */
static void a_unit_that_is_not_limited_is_a_rival(void **state)
{
	struct room *r = *state;

	r->list[3].refusal = "also holds pid 12 (sh)";
	for (int i = 0; i < 2; i++) {
		uses(r, UNIT_B, 50, false);
		busy_second(r, 0, true);
	}
	assert_int_equal(r->list[1].others_weight, 100);
	r->list[3].refusal = NULL;
	busy_second(r, 0, true);
	assert_int_equal(r->list[1].others_weight, 0);
	r->list[3].group = GROUP_NONE;
	busy_second(r, 0, true);
	uses(r, UNIT_B, 50, false);
	busy_second(r, 0, true);
	assert_int_equal(r->list[1].others_weight, 100);
}

static void memory_and_tasks_are_asked_for_where_limits_are_shared(void **state)
{
	struct room *r = *state;
	const struct hierarchy *h = dir_hierarchy(r->t, CONTROLLER_CPU);

	dir_put(r->t, CONTROLLER_MEMORY, cgroups[UNIT_A], "memory.current", "4096\n");
	dir_put(r->t, CONTROLLER_MEMORY, cgroups[UNIT_B], "memory.current", "8192\n");
	unit_load_fill(r->l, h, &r->seen, false);
	assert_false(r->list[2].memory_bytes.known);
	r->list[3].group = 0;
	unit_load_fill(r->l, h, &r->seen, false);
	assert_int_equal(r->list[2].memory_bytes.value, 4096);
	assert_int_equal(r->list[3].memory_bytes.value, 8192);
	assert_false(r->list[3].tasks.known); /* unknown is not zero */
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, room_new, room_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(of_the_first_tick_nothing_is_known),
		in_room(who_wants_cpu_beside_a_unit_that_waits_weighs),
		in_room(nobody_is_looked_at_while_no_unit_waits),
		in_room(a_rival_stays_one_for_a_minute),
		in_room(a_unit_that_is_not_limited_is_a_rival),
		in_room(memory_and_tasks_are_asked_for_where_limits_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
