/* Bytes become records, and iniparser never gets to cut, merge or guess. */
#include "policy_help.h"

#include <stdio.h>

#include "ini_source.h"

struct row {
	const char *text;
	size_t len; /* 0: strlen */
	const char *expected;
};

static char *faults_of(const char *text, size_t len)
{
	struct faults faults = { 0 };
	struct ini_text ini;
	char *told;
	int r = ini_read("f", text, len, &ini, &faults);

	faults_sort(&faults);
	told = help_faults(&faults);
	assert_int_equal(r < 0, *told != '\0');
	ini_text_done(&ini);
	faults_done(&faults);
	return told;
}

static const struct row hostile[] = {
	{ "\xef\xbb\xbf[a]\ncpu = 1\n", 0, "f:1: begins with a byte order mark; write it without\n" },
	{ "\xff\xfe[\0a\0]\0\n\0", 10, "f:1: is UTF-16 text; write it as UTF-8 without a byte order mark\n" },
	{ "[a]\r\ncpu = 1\r\n", 0, "f:1: has CRLF line endings; write it with LF\n" },
	{ "[a]\ncpu = 1\rmemory = 2\n", 0, "f:2: holds the control byte 0x0d\n" },
	{ "\x7f" "ELF\1\n\2\n\0\3\n", 10, "f:3: holds a NUL byte; this is no text file\n" },
	{ "[a]\ncpu\0 = 1\n\0\n", 15, "f:2: holds a NUL byte; this is no text file\n" },
	{ "[a]\ncpu = \x1b[31m\n# \x7f\n", 0,
	  "f:2: holds the control byte 0x1b\nf:3: holds the control byte 0x7f\n" },
	{ "[a]\ncpu = 1\v\n", 0, "f:2: holds the control byte 0x0b\n" },
	{ "[a]\ncpu = 40% ; forty\n", 0,
	  "f:2: cpu: a value has no ';'; a comment stands on a line of its own\n" },
	{ "[a]\nmatch = args:#1;2\n", 0,
	  "f:2: match: a value has no '#'; a comment stands on a line of its own, and in a match '?' fits any byte\n" },
	{ "[a]\ncpu = \\\n40%\n", 0,
	  "f:2: cpu: ends in a backslash; a value stands on one line\nf:3: '40%' is not 'key = value'\n" },
	{ "[a]\ncpu = 40%\\  \n", 0, "f:2: cpu: ends in a backslash; a value stands on one line\n" },
	{ "[a]\nmatch = \"name:a\"\n", 0, "f:2: match: the value begins with a quote; write it without\n" },
	{ "[a]\nmatch = 'name:a\n", 0, "f:2: match: the value begins with a quote; write it without\n" },
	{ "[a] ; comment\n", 0, "f:1: text after ']'; a section stands alone on its line, a comment too\n" },
	{ "[a]b]\n", 0, "f:1: text after ']'; a section stands alone on its line, a comment too\n" },
	{ "[a\ncpu = 1\n", 0, "f:1: '[a' lacks its ']'\n" },
	{ "[]\n[ \t]\n", 0, "f:1: '[]' names no section\nf:2: '[]' names no section\n" },
	{ "[a:b]\n[\xc3\xa9]\n[a@3]\n", 0,
	  "f:1: [a:b]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts\n"
	  "f:2: [\\xc3\\xa9]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts\n"
	  "f:3: [a@3]: a name is made of a-z, 0-9, '_', '.', '-', with '/' between its parts\n" },
	{ "[a]\n= 1\n", 0, "f:2: there is no key before '='\n" },
	{ "[a]\nb:c = 1\n", 0, "f:2: 'b:c' is no key; a key is made of a-z, 0-9, '_', '.', '-', at most 64 bytes\n" },
	{ "[a]\nb@1 = 1\n", 0, "f:2: 'b@1' is no key; a key is made of a-z, 0-9, '_', '.', '-', at most 64 bytes\n" },
	{ "[a]\ncpu =\n", 0, "f:2: cpu: has no value\n" },
	{ "[a]\nx = a\nhello\n", 0, "f:3: 'hello' is not 'key = value'\n" },
	{ "x = 1\ny = 2\n[a]\n", 0, "f:1: 'x' stands before the first [section]\n" },
	{ "\n \t\n# c\\\n; c\n", 0, "" },
	{ "[a]", 0, "" },
	{ "[a]\nx = 1", 0, "" },
	{ "", 0, "" },
};

static void what_iniparser_would_mangle_is_told_with_its_line(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		auto_free char *told =
			faults_of(hostile[i].text, hostile[i].len ? hostile[i].len : strlen(hostile[i].text));

		assert_string_equal(told, hostile[i].expected);
	}
}

static void sizes_are_bounded_before_anything_is_parsed(void **state)
{
	const size_t big = 10 << 20;
	auto_free char *zeros = must_alloc(big);
	auto_free char *line = must_alloc(2000);
	auto_free char *told_big = faults_of(zeros, big);
	auto_free char *told_zeros = faults_of(zeros, 1 << 20);
	auto_free char *told_line = NULL, *told_fit = NULL;

	assert_string_equal(told_big, "f:1: the file has 10485760 bytes; at most 1048576\n");
	assert_string_equal(told_zeros, "f:1: holds a NUL byte; this is no text file\n");
	memset(line, 'x', 1999);
	memcpy(line, "[a]\nx=", 6);
	told_fit = faults_of(line, 4 + 1000);
	assert_string_equal(told_fit, "");
	told_line = faults_of(line, 4 + 1001);
	assert_string_equal(told_line, "f:2: the line has 1001 bytes; at most 1000\n");
}

static void records_keep_their_lines_and_bytes(void **state)
{
	static const char text[] = "# c\n[Web/PHP]\n CPU=a == b\tc \n\n[web/php]\ncpu = %n%s \\* \"q\" ' \xc3\xa9\n";
	struct faults faults = { 0 };
	struct ini_text ini;

	assert_int_equal(ini_read("f", text, strlen(text), &ini, &faults), 0);
	assert_int_equal(ini.n_sections, 2);
	assert_string_equal(ini.sections[0].name, "web/php");
	assert_int_equal(ini.sections[0].line, 2);
	assert_int_equal(ini.n_records, 2);
	assert_string_equal(ini.records[0].key, "cpu");
	assert_string_equal(ini.records[0].value, "a == b\tc");
	assert_int_equal(ini.records[0].line, 3);
	assert_int_equal(ini.records[1].section, 1); /* not merged with the first of its name */
	assert_string_equal(ini.records[1].value, "%n%s \\* \"q\" ' \xc3\xa9");
	assert_int_equal(ini.records[1].line, 6);
	ini_text_done(&ini);
	faults_done(&faults);
}

/* iniparser alone takes 725 ms for these, and squares it for more. */
static void many_keys_take_no_square_of_time(void **state)
{
	enum { KEYS = 60000 };
	auto_free char *text = must_alloc(KEYS * 17 + 8);
	char *end = stpcpy(text, "[a]\n");
	struct faults faults = { 0 };
	struct ini_text ini;

	for (unsigned i = 0; i < KEYS; i++)
		end += sprintf(end, "k%u=%u\n", i, i);
	assert_int_equal(ini_read("f", text, (size_t)(end - text), &ini, &faults), 0);
	assert_int_equal(ini.n_records, KEYS);
	assert_string_equal(ini.records[KEYS - 1].value, "59999");
	ini_text_done(&ini);
	faults_done(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_iniparser_would_mangle_is_told_with_its_line),
		cmocka_unit_test(sizes_are_bounded_before_anything_is_parsed),
		cmocka_unit_test(records_keep_their_lines_and_bytes),
		cmocka_unit_test(many_keys_take_no_square_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
