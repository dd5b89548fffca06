/* Whether a change does harm: rows of numbers, second by second. */
#include "policy_help.h"

#include <stdio.h>
#include <time.h>

#include "confirm.h"

#define LOOKS 12
#define NO -1 /* unknown */

/* One group, "web", before and at each look; a look that is left out has 0. */
struct row {
	const char *what;
	int oom_before, oom[LOOKS];
	double pressure_before, pressure[LOOKS];
	double throttled_before, throttled[LOOKS];
	const char *why; /* NULL: all well through all looks */
	unsigned look;	 /* at which it says so */
};

#define ALL(x) { x, x, x, x, x, x, x, x, x, x, x, x }

static const struct row rows[] = {
	{ "all is unknown", NO, ALL(NO), NO, ALL(NO), NO, ALL(NO), NULL, 0 },
	{ "all is calm", 3, ALL(3), 3, ALL(5), 0, ALL(0), NULL, 0 },
	{ "a kill", 3, { 3, 3, 4 }, 3, ALL(5), 0, ALL(0), "oom kill in web", 2 },
	{ "a kill before the first look", 0, ALL(1), 3, ALL(5), 0, ALL(0), "oom kill in web", 0 },
	{ "the count was unknown before: what the first look sees is old", NO, ALL(5), 3, ALL(5), 0, ALL(0), NULL, 0 },
	{ "and then rises", NO, { 5, 5, 6 }, 3, ALL(5), 0, ALL(0), "oom kill in web", 2 },
	{ "the cgroup was made anew: nobody was killed in it", 7, ALL(0), 3, ALL(5), 0, ALL(0), NULL, 0 },
	{ "and then somebody was", 7, { 0, 0, 1 }, 3, ALL(5), 0, ALL(0), "oom kill in web", 2 },
	{ "a count that cannot be read for a moment", 7, { 7, NO, 7, NO, 7 }, 3, ALL(5), 0, ALL(0), NULL, 0 },
	{ "pressure rises", 0, ALL(0), 3, { 3, 71 }, 0, ALL(0), NULL, 0 },
	{ "pressure rises and stays", 0, ALL(0), 3, { 3, 71, 71, 71 }, 0, ALL(0),
	  "pressure of web rose from 3 % to 71 %", 3 },
	{ "pressure that was there before", 0, ALL(0), 60, ALL(80), 0, ALL(0), NULL, 0 },
	{ "pressure that is no half of the time", 0, ALL(0), 0, ALL(49.9), 0, ALL(0), NULL, 0 },
	{ "pressure comes and goes", 0, ALL(0), 0, { 90, 90, 0, 90, 90, 0, 90, 90, 0, 90, 90, 0 }, 0, ALL(0), NULL, 0 },
	{ "pressure was unknown before", 0, ALL(0), NO, ALL(90), 0, ALL(0), NULL, 0 },
	{ "a ceiling on a group that ran into one before", 0, ALL(0), 3, ALL(5), 60, ALL(100), NULL, 0 },
	{ "throttled a little", 0, ALL(0), 3, ALL(5), 0, ALL(89), NULL, 0 },
	{ "throttled all the time", 0, ALL(0), 3, ALL(5), 2, ALL(97), "throttling of web rose from 2 % to 97 %", 9 },
	{ "throttled for nine seconds", 0, ALL(0), 3, ALL(5), 2, { 97, 97, 97, 97, 97, 97, 97, 97, 97, 0, 97, 97 }, NULL, 0 },
};

static void fill(struct confirm_numbers *n, const char *path, int oom, double pressure, double throttled)
{
	struct confirm_row *r = confirm_numbers_add(n, path, path);

	r->oom_kills = (struct counter){ oom >= 0, oom >= 0 ? (uint64_t)oom : 0 };
	r->pressure_percent = pressure;
	r->throttled_percent = throttled;
}

static void harm_is_seen_and_noise_is_not(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct confirm_numbers before = { 0 };
		char why[200] = "";
		unsigned look = 0;

		fill(&before, "web", row->oom_before, row->pressure_before, row->throttled_before);
		for (; look < LOOKS && !*why; look++) {
			struct confirm_numbers now = { 0 };

			fill(&now, "web", row->oom[look], row->pressure[look], row->throttled[look]);
			if (confirm_judge(&before, &now, NULL, why, sizeof(why)) != !!*why)
				print_error("%s: '%s'\n", row->what, why);
			confirm_numbers_done(&now);
		}
		if (strcmp(why, row->why ? row->why : ""))
			print_error("%s: '%s' at look %u\n", row->what, why, look - 1);
		assert_string_equal(why, row->why ? row->why : "");
		if (row->why)
			assert_int_equal(look - 1, row->look);
		confirm_numbers_done(&before);
	}
}

static void the_innermost_group_is_named(void **state)
{
	struct confirm_numbers before = { 0 }, now = { 0 };
	char why[200];

	fill(&before, "web", 0, 0, 0);
	fill(&before, "web/php", 0, 0, 0);
	fill(&now, "web", 1, 0, 0); /* v2 counts there as well */
	fill(&now, "web/php", 1, 0, 0);
	assert_true(confirm_judge(&before, &now, NULL, why, sizeof(why)));
	assert_string_equal(why, "oom kill in web/php");
	confirm_numbers_done(&before);
	confirm_numbers_done(&now);
}

static void a_kill_in_a_cgroup_that_the_change_made_counts(void **state)
{
	struct confirm_numbers before = { 0 }, now = { 0 };
	char why[200];

	fill(&now, "new", 1, NO, NO);
	assert_true(confirm_judge(&before, &now, NULL, why, sizeof(why)));
	assert_string_equal(why, "oom kill in new");
	confirm_numbers_done(&before);
	confirm_numbers_done(&now);
}

static void a_group_that_is_gone_does_no_harm(void **state)
{
	struct confirm_numbers before = { 0 }, now = { 0 };
	char why[200];

	fill(&before, "web", 1, 0, 0);
	assert_false(confirm_judge(&before, &now, NULL, why, sizeof(why)));
	confirm_numbers_done(&before);
}

/* Once a second, beside everything else: the CPU time of a row does not grow with their number. */
static void many_groups_are_judged_in_a_moment(void **state)
{
	struct confirm_numbers before = { 0 }, now = { 0 };
	clock_t begun;
	char why[200];

	for (int i = 0; i < 60000; i++) {
		auto_free char *path = must_printf("a-group-among-many/%d", i);

		if (i % 2)
			fill(&before, path, 1, 0, 0);
		fill(&now, path, i == 4711, 0, 0);
	}
	begun = clock();
	for (int look = 0; look < 2; look++)
		assert_false(confirm_judge(&before, &now, NULL, why, sizeof(why)));
	assert_true(clock() - begun < CLOCKS_PER_SEC);
	assert_int_equal(before.n, now.n);
	now.list[4711].oom_kills.value = 2;
	assert_true(confirm_judge(&before, &now, NULL, why, sizeof(why)));
	assert_string_equal(why, "oom kill in a-group-among-many/4711");
	confirm_numbers_done(&before);
	confirm_numbers_done(&now);
}

static void the_health_command_has_to_fail_twice(void **state)
{
	struct confirm_numbers before = { 0 }, now = { 0 };
	struct confirm_health health = { 1, "exited 1: no route" };
	char why[200];

	assert_false(confirm_judge(&before, &now, &health, why, sizeof(why)));
	health.bad_in_a_row = 2;
	assert_true(confirm_judge(&before, &now, &health, why, sizeof(why)));
	assert_string_equal(why, "health command exited 1: no route");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harm_is_seen_and_noise_is_not),
		cmocka_unit_test(the_innermost_group_is_named),
		cmocka_unit_test(a_kill_in_a_cgroup_that_the_change_made_counts),
		cmocka_unit_test(a_group_that_is_gone_does_no_harm),
		cmocka_unit_test(many_groups_are_judged_in_a_moment),
		cmocka_unit_test(the_health_command_has_to_fail_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
