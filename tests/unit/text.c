/* Strict numbers, lists, escaping and suggestions. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cgq/auto.h>

#include "text.h"

struct row {
	const char *text;
	int r;
	uint64_t n;
};

static void check(int (*read)(const char *, uint64_t *), const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		uint64_t n = 4711;
		int r = read(rows[i].text, &n);

		if (r != rows[i].r || n != (r ? 4711 : rows[i].n))
			print_error("'%s': %d, %llu\n", rows[i].text, r, (unsigned long long)n);
		assert_int_equal(r, rows[i].r);
		assert_int_equal(n, r ? 4711 : rows[i].n); /* untouched on failure */
	}
}

static const struct row u64_rows[] = {
	{ "", -EINVAL, 0 },	  { " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },	  { "+1", -EINVAL, 0 },
	{ "-0", -EINVAL, 0 },	  { "0x10", -EINVAL, 0 },
	{ "1e9", -EINVAL, 0 },	  { "017", -EINVAL, 0 },
	{ "00", -EINVAL, 0 },	  { "1.0", -EINVAL, 0 },
	{ "12x", -EINVAL, 0 },	  { "18446744073709551616", -ERANGE, 0 },
	{ "99999999999999999999999", -ERANGE, 0 },
	{ "99999999999999999999999x", -EINVAL, 0 },
	{ "0", 0, 0 },		  { "17", 0, 17 },
	{ "18446744073709551615", 0, UINT64_MAX },
};

static const struct row bytes_rows[] = {
	{ "", -EINVAL, 0 },	 { "M", -EINVAL, 0 },	  { "1MM", -EINVAL, 0 },  { "1m", -EINVAL, 0 },
	{ "1MB", -EINVAL, 0 },	 { "1.5", -EINVAL, 0 },	  { ".5G", -EINVAL, 0 },  { "1.G", -EINVAL, 0 },
	{ "-1M", -EINVAL, 0 },	 { "1.2345G", -EINVAL, 0 }, { "0x1M", -EINVAL, 0 }, { "1 M", -EINVAL, 0 },
	{ "9223372036854775808", -ERANGE, 0 },
	{ "8388608T", -ERANGE, 0 },
	{ "99999999999999999999T", -ERANGE, 0 },
	{ "9223372036854775807", 0, INT64_MAX },
	{ "8388607T", 0, 8388607ULL << 40 },
	{ "0", 0, 0 },
	{ "4096", 0, 4096 },
	{ "1K", 0, 1024 },
	{ "512M", 0, 512ULL << 20 },
	{ "1.5G", 0, 3ULL << 29 },
	{ "0.001K", 0, 1 },
};

static const struct row percent_rows[] = {
	{ "40", -EINVAL, 0 },	  { "%", -EINVAL, 0 },	    { "50%%", -EINVAL, 0 }, { "40 %", -EINVAL, 0 },
	{ "-1%", -EINVAL, 0 },	  { "0.0001%", -EINVAL, 0 }, { "1e2%", -EINVAL, 0 },
	{ "18446744073709551616%", -ERANGE, 0 },
	{ "18446744073709551615%", -ERANGE, 0 },
	{ "40%", 0, 40000 },	  { "33.333%", 0, 33333 },  { "0.5%", 0, 500 },	    { "250%", 0, 250000 },
};

static void a_number_is_read_whole_or_not_at_all(void **state)
{
	check(text_u64, u64_rows, ARRAY_SIZE(u64_rows));
	check(text_bytes, bytes_rows, ARRAY_SIZE(bytes_rows));
	check(text_percent, percent_rows, ARRAY_SIZE(percent_rows));
}

static void a_fraction_may_not_say_more_than_its_places(void **state)
{
	uint64_t n = 0;

	assert_int_equal(text_decimal("1.5", 3, &n), 0);
	assert_int_equal(n, 1500);
	assert_int_equal(text_decimal("0.001", 3, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(text_decimal("0.0001", 3, &n), -EINVAL);
	assert_int_equal(text_decimal("1.5", 0, &n), -EINVAL);
	assert_int_equal(text_decimal("1..5", 3, &n), -EINVAL);
	assert_int_equal(text_decimal("01.5", 3, &n), -EINVAL);
	assert_int_equal(text_decimal("18446744073709551", 3, &n), 0);
	assert_int_equal(text_decimal("18446744073709552", 3, &n), -ERANGE);
}

static void a_bool_is_one_of_eight_words(void **state)
{
	static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };
	static const char *const neither[] = { "", "Yes", "y", "2", "01", "no ", "enabled" };
	bool b;

	for (unsigned i = 0; i < 4; i++) {
		b = false;
		assert_int_equal(text_bool(yes[i], &b), 0);
		assert_true(b);
		assert_int_equal(text_bool(no[i], &b), 0);
		assert_false(b);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(neither); i++)
		assert_int_equal(text_bool(neither[i], &b), -EINVAL);
}

static const struct {
	const char *text;
	int r;
	const char *normalised;
} list_rows[] = {
	{ "", -EINVAL, NULL },	     { ",", -EINVAL, NULL },	  { "0,", -EINVAL, NULL },  { ",0", -EINVAL, NULL },
	{ "3-1", -EINVAL, NULL },    { "1-", -EINVAL, NULL },	  { "-1", -EINVAL, NULL },  { "0-1-2", -EINVAL, NULL },
	{ "0 ,1", -EINVAL, NULL },   { "0x1", -EINVAL, NULL },	  { "01", -EINVAL, NULL },  { "16", -ERANGE, NULL },
	{ "0-16", -ERANGE, NULL },   { "0-4294967296", -ERANGE, NULL }, { "0,2,4,6,8", -E2BIG, NULL },
	{ "99999999999999999999999999999", -EINVAL, NULL },
	{ "0", 0, "0" },	     { "3,0-2", 0, "0-3" },	  { "8,1,1-2", 0, "1-2,8" }, { "0-15", 0, "0-15" },
	{ "1,0", 0, "0-1" },
};

static void what_two_lists_have_in_common(void **state)
{
	char list[16];

	text_list_common("0-5,8", "2-3,8-9", list, sizeof(list));
	assert_string_equal(list, "2-3,8");
	text_list_common("0-1", "2-3", list, sizeof(list));
	assert_string_equal(list, "");
	text_list_common("", "2-3", list, sizeof(list));
	assert_string_equal(list, "");
}

static void a_list_is_normalised_within_its_bounds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(list_rows); i++) {
		char list[9] = "same";

		assert_int_equal(text_list(list_rows[i].text, 16, list, sizeof(list)), list_rows[i].r);
		assert_string_equal(list, list_rows[i].normalised ? list_rows[i].normalised : "same");
	}
	assert_int_equal(text_list_count("0-3,8"), 5);
	assert_int_equal(text_list_count(""), 0);
	assert_true(text_list_within("0-1,3", "0-3"));
	assert_true(text_list_within("", "0"));
	assert_false(text_list_within("0-4", "0-3,5"));
	assert_false(text_list_within("0", ""));
}

/* Whatever any process calls itself, one line of a terminal stays one. */
static void foreign_bytes_cannot_act_on_a_terminal(void **state)
{
	static const char hostile[] = ") S 1 1\n\t\x1b[31m\x7f\xc3\xa9\\\0x";
	char buf[64];

	assert_string_equal(text_escape(hostile, sizeof(hostile) - 1, buf, sizeof(buf)),
			    ") S 1 1\\n\\t\\x1b[31m\\x7f\\xc3\\xa9\\\\x00x");
	for (size_t size = 1; size < sizeof(buf); size++) {
		memset(buf, '!', sizeof(buf));
		text_escape(hostile, sizeof(hostile) - 1, buf, size);
		assert_true(strlen(buf) < size);
	}
	assert_string_equal(text_escape("abcdef", 6, buf, 6), "ab...");
	assert_string_equal(text_escape("abc", 3, buf, 4), "abc");
	assert_string_equal(text_escape("a\n\n", 3, buf, 5), "a...");
	assert_string_equal(TEXT_ESCAPED("x\r"), "x\\x0d");
}

static void a_suggestion_is_near_or_there_is_none(void **state)
{
	static const char *const keys[] = { "cpu", "cpus", "memory", "memory.low", "tasks", "io" };

	assert_string_equal(text_suggest("memroy", keys, 6), "memory");
	assert_string_equal(text_suggest("memory_low", keys, 6), "memory.low");
	assert_string_equal(text_suggest("task", keys, 6), "tasks");
	assert_string_equal(text_suggest("cpuss", keys, 6), "cpus");
	assert_string_equal(text_suggest("mem", keys, 6), "memory"); /* what it begins with, however long the rest */
	assert_string_equal(text_suggest("memory.", keys, 6), "memory");
	assert_null(text_suggest("m", keys, 6));
	assert_null(text_suggest("frobnicate", keys, 6));
	assert_null(text_suggest("", keys, 6));
	assert_null(text_suggest("xy", keys, 6)); /* as many edits as bytes */
	assert_null(text_suggest("memorymemorymemorymemorymemorymemorymemorymemorymemorymemorymemory", keys, 6));
}

static void a_hash_goes_on_where_it_stopped(void **state)
{
	assert_int_equal(text_hash(0, "ab", 2), text_hash(text_hash(0, "a", 1), "b", 1));
	assert_int_equal(text_hash(0, "a", 1), 0xaf63dc4c8601ec8cU); /* the published value of FNV-1a */
}

static void a_number_is_written_as_it_is_read(void **state)
{
	const uint64_t numbers[] = {0, 9, 10, 4194304, UINT64_MAX - 1, UINT64_MAX};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char text[TEXT_U64_BYTES + 1] = "";
		size_t n = text_put_u64(numbers[i], text);
		uint64_t read = 1;

		assert_int_equal(n, strlen(text));
		assert_int_equal(text_u64(text, &read), 0);
		assert_true(read == numbers[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_read_whole_or_not_at_all),
		cmocka_unit_test(a_fraction_may_not_say_more_than_its_places),
		cmocka_unit_test(a_bool_is_one_of_eight_words),
		cmocka_unit_test(what_two_lists_have_in_common),
		cmocka_unit_test(a_list_is_normalised_within_its_bounds),
		cmocka_unit_test(foreign_bytes_cannot_act_on_a_terminal),
		cmocka_unit_test(a_suggestion_is_near_or_there_is_none),
		cmocka_unit_test(a_number_is_written_as_it_is_read),
		cmocka_unit_test(a_hash_goes_on_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
