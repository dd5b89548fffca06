/* What is kept warm is touched as seldom as will do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "warm_pace.h"

#define START UINT64_C(7000000000)
#define MS    UINT64_C(1000000)

static uint64_t now;

/* It takes so long; what follows comes at its time. */
static void touch(struct warm_pace *p, uint64_t took_ns)
{
	warm_pace_note(p, now, now + took_ns);
	now += took_ns;
	now += warm_pace_ns(p, now);
}

static void quick_ones(struct warm_pace *p, uint64_t for_ns)
{
	uint64_t until = now + for_ns;

	while (now < until)
		touch(p, MS / 100);
}

/* It begins often, and grows seldom in steps. */
static void what_stays_warm_is_touched_ever_more_seldom_but_for_the_last_step(void **state)
{
	struct warm_pace p = {0};

	now = START;
	for (uint64_t every = 4 * MS; every <= 12 * MS; every += 2 * MS) {
		assert_int_equal(warm_pace_ns(&p, now), every);
		quick_ones(&p, WARM_CALM_NS / 2);
		assert_int_equal(warm_pace_ns(&p, now), every);
		quick_ones(&p, WARM_CALM_NS / 2 + 20 * MS);
	}
	quick_ones(&p, 100 * WARM_CALM_NS);
	assert_int_equal(warm_pace_ns(&p, now), 12 * MS);
}

static void one_that_waited_makes_the_next_come_sooner_but_not_without_end(void **state)
{
	struct warm_pace p = {0};

	now = START;
	quick_ones(&p, 6 * WARM_CALM_NS);
	assert_int_equal(warm_pace_ns(&p, now), 12 * MS);
	touch(&p, 8 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 6 * MS);
	for (int i = 0; i < 10; i++)
		touch(&p, 8 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
}

static void after_one_that_waited_it_stays_so_for_a_while(void **state)
{
	struct warm_pace p = {0};

	now = START;
	quick_ones(&p, 2 * WARM_CALM_NS - 500 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 6 * MS);
	touch(&p, 8 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
	quick_ones(&p, WARM_CALM_NS - 100 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
	quick_ones(&p, 200 * MS);
	assert_int_equal(warm_pace_ns(&p, now), 6 * MS);
}

static void the_next_touch_is_left_to_who_made_the_last(void **state)
{
	struct warm_pace p = {0};

	assert_int_equal(warm_pace_due_ns(&p, START, START + MS, true), START + 4 * MS);
	assert_int_equal(warm_pace_due_ns(&p, START, START + MS, false), START + 104 * MS);
	for (int i = 0; i < 9; i++)
		warm_pace_moved(&p, START);
	assert_int_equal(warm_pace_due_ns(&p, START, START + MS, true), START + MS / 2);
}

/* Its write waits for others: one more that waits in line would make it, and all that come after, wait longer. */
static void while_a_process_is_being_moved_nothing_is_touched(void **state)
{
	struct warm_pace p = {0};

	for (int i = 0; i < 9; i++)
		warm_pace_moved(&p, START + i);
	warm_pace_moves(&p, true);
	for (now = START; now < START + 1000 * MS; now += 100 * MS) {
		/* a thread moves one of its own */
		warm_pace_moved(&p, now);
		assert_true(warm_pace_due_ns(&p, START, now, true) > now);
	}
	warm_pace_moves(&p, false);
	assert_int_equal(warm_pace_due_ns(&p, now, now, true), now + 4 * MS);
}

static void moves(struct warm_pace *p, unsigned n, uint64_t every_ns)
{
	for (unsigned i = 0; i < n; i++, now += every_ns)
		warm_pace_moved(p, now);
}

static void moves_that_follow_closely_want_a_touch_as_soon_as_they_pause_and_for_a_moment(void **state)
{
	struct warm_pace p = {0};

	now = START;
	moves(&p, WARM_ROW_MIN, MS / 5);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
	moves(&p, 1, MS / 5);
	assert_int_equal(warm_pace_ns(&p, now), MS / 2);
	assert_int_equal(warm_pace_ns(&p, now + 9 * MS), MS / 2);
	assert_int_equal(warm_pace_ns(&p, now + 10 * MS), 4 * MS);
}

static void moves_far_apart_are_no_storm_however_many(void **state)
{
	struct warm_pace p = {0};

	now = START;
	moves(&p, 1000, MS);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
	moves(&p, WARM_ROW_MIN + 1, MS / 5);
	now += MS;
	moves(&p, 1, MS / 5);
	assert_int_equal(warm_pace_ns(&p, now), 4 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_warm_is_touched_ever_more_seldom_but_for_the_last_step),
		cmocka_unit_test(one_that_waited_makes_the_next_come_sooner_but_not_without_end),
		cmocka_unit_test(after_one_that_waited_it_stays_so_for_a_while),
		cmocka_unit_test(moves_that_follow_closely_want_a_touch_as_soon_as_they_pause_and_for_a_moment),
		cmocka_unit_test(the_next_touch_is_left_to_who_made_the_last),
		cmocka_unit_test(while_a_process_is_being_moved_nothing_is_touched),
		cmocka_unit_test(moves_far_apart_are_no_storm_however_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
