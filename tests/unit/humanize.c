/* Laws of numbers as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cgq/auto.h>

#include "humanize.h"

static void sizes_keep_two_digits_at_most_and_never_reach_the_next_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{UINT64_MAX, "16E"},
		{UINT64_MAX / 2, "8E"},
		{0, "0"},
		{1, "1"},
		{1023, "1023"},
		{1024, "1K"},
		{1025, "1K"},
		{1536, "1.5K"},
		{4096, "4K"},
		{(1 << 20) - 1, "1M"},
		{1 << 20, "1M"},
		{10188, "9.9K"},
		{10189, "10K"},
		{10240, "10K"},
		{1800ULL << 20, "1.8G"},
		{2ULL << 30, "2G"},
		{(2ULL << 30) - 1, "2G"},
		{912ULL << 20, "912M"},
		{(1024ULL << 20) - (600ULL << 10), "1023M"},
		{(1024ULL << 20) - (500ULL << 10), "1G"},
		{3ULL << 40, "3T"},
	};
	char text[HUMAN_TEXT_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(human_bytes(rows[i].bytes, text), rows[i].text);
}

static void what_is_measured_has_a_tenth_and_what_is_set_only_if_it_needs_one(void **state)
{
	static const struct {
		double percent;
		const char *measured, *set;
	} rows[] = {
		{0, "0.0%", "0%"},	   {0.04, "0.0%", "0%"},      {0.125, "0.1%", "0.1%"}, {39.98, "40.0%", "40%"},
		{33.333, "33.3%", "33.3%"}, {99.94, "99.9%", "99.9%"}, {99.96, "100%", "100%"}, {100, "100%", "100%"},
		{1234.5, "1234%", "1234.5%"},
	};
	char text[HUMAN_TEXT_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(human_percent(rows[i].percent, text), rows[i].measured);
		assert_string_equal(human_share(rows[i].percent, text), rows[i].set);
	}
}

static void numbers_are_not_rounded(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{0, "0"},      {-1, "-1"},	 {39.98, "39.98"},			{59.8437, "59.8437"},
		{1e-7, "1e-07"}, {4194303, "4194303"}, {9007199254740991.0 / 16, "562949953421312"}, {2147483648.0, "2147483648"},
	};
	char text[HUMAN_TEXT_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(human_number(rows[i].number, text), rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_keep_two_digits_at_most_and_never_reach_the_next_unit),
		cmocka_unit_test(what_is_measured_has_a_tenth_and_what_is_set_only_if_it_needs_one),
		cmocka_unit_test(numbers_are_not_rounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
