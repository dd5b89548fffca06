/* Globs: what they fit, and that no text makes them slow. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <cgq/auto.h>

#include "glob.h"

static const struct {
	const char *pattern, *text;
	bool fits;
} rows[] = {
	{ "", "", true },	    { "", "a", false },	      { "*", "", true },	{ "**", "", true },
	{ "?", "", false },	    { "a*", "a", true },      { "*a", "ba", true },	{ "*a", "ab", false },
	{ "a*b*c", "axbxbxc", true }, { "a*b*c", "axcxb", false }, { "*ab", "aab", true }, { "a?c", "abc", true },
	{ "/a/*", "/a/b/c", true }, { "my*", "mysqld", true }, { "*.service", "x.service.d", false },
	{ "[abc]", "b", true },	    { "[abc]", "d", false },  { "[!abc]", "d", true },	{ "[!abc]", "a", false },
	{ "[^abc]", "a", false },   { "[a-c]x", "bx", true }, { "[a-c]", "d", false },	{ "[a-]", "-", true },
	{ "[-a]", "-", true },	    { "[]a]", "]", true },    { "[!]a]", "]", false },	{ "[!]a]", "b", true },
	{ "[\\]]", "]", true },	    { "[a\\-z]", "b", false }, { "[a\\-z]", "-", true }, { "[c-a]", "b", false },
	{ "[", "[", true },	    { "[a", "[a", true },     { "x[*", "x[yy", true },	{ "[[[", "[[[", true },
	{ "[]", "[]", true },	    { "[!]", "[!]", true },   { "*[", "ab[", true },	{ "[a][", "a[", true },
	{ "\\*", "*", true },	    { "\\*", "a", false },    { "a\\ b", "a b", true }, { "\\\\", "\\", true },
	{ "a\\", "a\\", true },	    { "\\[a]", "[a]", true }, { "\xc3?", "\xc3\xa9", true },
	{ "[\x80-\xff]", "\xc3", true }, { "[\x80-\xff]", "a", false }, { "*[0-9]", "abc7", true },
	{ "*[0-9]x", "1x2x", true }, { "?*?", "a", false }, { "?*?", "ab", true },
};

static void a_glob_fits_what_the_shell_would(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool fits = glob_match(rows[i].pattern, rows[i].text);

		if (fits != rows[i].fits)
			print_error("'%s' and '%s'\n", rows[i].pattern, rows[i].text);
		assert_int_equal(fits, rows[i].fits);
	}
}

static char *repeat(const char *s, size_t n)
{
	size_t len = strlen(s);
	char *all = calloc(n * len + 1, 1);

	for (size_t i = 0; i < n; i++)
		memcpy(all + i * len, s, len);
	return all;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Any user chooses the text: 4096 bytes against the worst patterns of a line take milliseconds, never minutes. */
static void no_text_makes_a_glob_slow(void **state)
{
	static const char *const units[] = { "*a", "a*", "*[ab]", "[", "*[", "?*", "[a", "*[]" };
	auto_free char *text = repeat("a", 4096), *brackets = repeat("[", 4096);
	double begin = cpu_seconds();

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		auto_free char *many = repeat(units[i], 900 / strlen(units[i]));
		char pattern[1000];

		snprintf(pattern, sizeof(pattern), "*%sb", many);
		assert_false(glob_match(pattern, text));
		assert_false(glob_match(pattern, brackets));
	}
	assert_true(cpu_seconds() - begin < 2);
}

static void an_escaped_sign_is_no_sign(void **state)
{
	assert_true(glob_has_signs("a*"));
	assert_true(glob_has_signs("a?"));
	assert_true(glob_has_signs("[a"));
	assert_true(glob_has_signs("\\\\*"));
	assert_false(glob_has_signs("a\\*\\?\\[]"));
	assert_false(glob_has_signs(""));
	assert_false(glob_has_signs("a\\"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_glob_fits_what_the_shell_would),
		cmocka_unit_test(no_text_makes_a_glob_slow),
		cmocka_unit_test(an_escaped_sign_is_no_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
