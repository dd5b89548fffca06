/* What is known of a unit after it was told, or could not be. */
#include "unit_fake.h"

/* Else it would be told again at each look, or be taken for one that systemd has no such property of. */
static void of_a_unit_that_is_not_there_it_is_known_what_it_was_told(void **state)
{
	struct unit_action plan = set_of(KNOB_TASKS_MAX, 5);

	fake.is_there = false;
	assert_int_equal(plan_run(&plan, 1), 0);
	assert_int_equal(outcomes[0].after.set[KNOB_TASKS_MAX].number, 5);
	assert_int_equal(outcomes[0].after.kernel[KNOB_TASKS_MAX].kind, VALUE_UNKNOWN);
}

static void what_was_refused_stands_as_it_did(void **state)
{
	struct unit_action plan = set_of(KNOB_TASKS_MAX, 5);

	fake.refuses = 1U << KNOB_TASKS_MAX;
	assert_int_equal(plan_run(&plan, 1), 0);
	assert_true(outcomes[0].outcome == APPLIED_REFUSED && !units_lost(-outcomes[0].error));
	assert_int_equal(outcomes[0].after.set[KNOB_TASKS_MAX].number, 77);
}

static void a_bus_that_is_lost_refuses_nothing_for_good(void **state)
{
	struct unit_action plan = set_of(KNOB_TASKS_MAX, 5);

	fake.loses_bus = true;
	assert_true(plan_run(&plan, 1) == 0 && units_lost(-outcomes[0].error));
	assert_int_equal(outcomes[0].after.set[KNOB_TASKS_MAX].number, 77);
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(of_a_unit_that_is_not_there_it_is_known_what_it_was_told),
		in_room(what_was_refused_stands_as_it_did),
		in_room(a_bus_that_is_lost_refuses_nothing_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
