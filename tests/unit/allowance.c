/* A real-time thread takes half a CPU at most, however long there is work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "allowance.h"

#define START UINT64_C(7000000000)
#define MS    UINT64_C(1000000)

static void it_ends_when_half_a_window_is_used(void **state)
{
	struct allowance a = {0};

	assert_true(allowance_is_left(&a, START, 90 * MS));
	assert_true(allowance_is_left(&a, START + 4 * MS, 94 * MS));
	assert_false(allowance_is_left(&a, START + 5 * MS, 95 * MS));
	assert_false(allowance_is_left(&a, START + 10 * MS - 1, 95 * MS));
	assert_true(allowance_is_left(&a, START + 10 * MS, 95 * MS));
	assert_true(allowance_is_left(&a, START + 14 * MS, 99 * MS));
	assert_false(allowance_is_left(&a, START + 15 * MS, 100 * MS));
}

static void the_wait_is_for_the_rest_of_the_window(void **state)
{
	struct allowance a = {0};

	allowance_is_left(&a, START, 0);
	assert_int_equal(allowance_wait_ns(&a, START + 3 * MS), 7 * MS);
	assert_int_equal(allowance_wait_ns(&a, START + 10 * MS), 0);
	assert_int_equal(allowance_wait_ns(&a, START + 900 * MS), 0);
}

/* Steps of 50 us, real-time while some is left, else an equal share with one other. */
static void in_a_second_of_work_half_is_left_to_others(void **state)
{
	const uint64_t step = MS / 20;
	struct allowance a = {0};
	uint64_t now = START, realtime = 0, used = 0;

	while (now < START + 1000 * MS) {
		bool is = allowance_is_left(&a, now, used);

		now += is ? step : 2 * step;
		used += step;
		realtime += is ? step : 0;
	}
	/* what it uses at a usual priority counts too */
	assert_in_range(realtime, 480 * MS, 500 * MS + step * 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_when_half_a_window_is_used),
		cmocka_unit_test(the_wait_is_for_the_rest_of_the_window),
		cmocka_unit_test(in_a_second_of_work_half_is_left_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
