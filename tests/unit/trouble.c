/* What could not be done is told once, and forgotten when it is no longer so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "trouble.h"

#include <cmocka.h>

static void the_same_trouble_is_news_once(void **state)
{
	struct troubles t = {0};

	troubles_begin(&t, TROUBLE_APPLY);
	assert_true(troubles_add(&t, TROUBLE_APPLY, 0, "x"));
	troubles_settle(&t, TROUBLE_APPLY);
	troubles_begin(&t, TROUBLE_APPLY);
	assert_false(troubles_add(&t, TROUBLE_APPLY, 0, "x"));
	troubles_settle(&t, TROUBLE_APPLY);
	assert_int_equal(t.n, 1);
	troubles_done(&t);
}

static void trouble_that_is_over_is_forgotten_and_news_again(void **state)
{
	struct troubles t = {0};

	troubles_add(&t, TROUBLE_APPLY, 0, "x");
	troubles_add(&t, TROUBLE_PLACE, 0, "x");
	troubles_begin(&t, TROUBLE_APPLY);
	troubles_settle(&t, TROUBLE_APPLY);
	assert_int_equal(t.n, 1); /* the other source's stays */
	assert_true(troubles_add(&t, TROUBLE_APPLY, 0, "x"));
	troubles_done(&t);
}

static void trouble_moves_with_its_group_to_a_new_policy(void **state)
{
	static const unsigned map[] = {GROUP_NONE, 0};
	struct troubles t = {0};

	troubles_add(&t, TROUBLE_PLACE, 0, "of a group that is gone");
	troubles_add(&t, TROUBLE_PLACE, 1, "stays");
	troubles_add(&t, TROUBLE_PLACE, GROUP_NONE, "of the whole tree");
	troubles_add(&t, TROUBLE_PLACE, 7, "beyond the map");
	troubles_remap(&t, map, 2);
	assert_int_equal(t.n, 2);
	for (size_t i = 0; i < t.n; i++)
		assert_true(t.list[i].group == 0 || t.list[i].group == GROUP_NONE);
	troubles_done(&t);
}

static void endless_trouble_is_bounded(void **state)
{
	struct troubles t = {0};
	char text[32];

	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "pid %d", i);
		troubles_add(&t, TROUBLE_PLACE, 0, text);
	}
	assert_int_equal(t.n, 500);
	troubles_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endless_trouble_is_bounded),
		cmocka_unit_test(the_same_trouble_is_news_once),
		cmocka_unit_test(trouble_that_is_over_is_forgotten_and_news_again),
		cmocka_unit_test(trouble_moves_with_its_group_to_a_new_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
