/* Which of our cgroups a path names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cgq/auto.h>

#include "tree_path.h"

static const struct machine machine = {
	.tree = "cgq",
	.n_hierarchies = 2,
	.hierarchies = {{.version = 1, .base = ""}, {.version = 2, .base = "/a/b.scope"}},
};

static void only_our_own_tree_is_ours(void **state)
{
	static const struct {
		unsigned hierarchy;
		const char *path, *relative;
	} rows[] = {
		{0, "", NULL},
		{0, "/", NULL},
		{0, "/cgqx", NULL},
		{0, "/cgq-rest", NULL},
		{0, "/x/cgq/web", NULL},
		{0, "cgq/web", NULL},
		{1, "/cgq/web", NULL},
		{1, "/a/b.scopecgq", NULL},
		{1, "/a/b.scope", NULL},
		{0, "/cgq", ""},
		{0, "/cgq/web/php", "web/php"},
		{1, "/a/b.scope/cgq", ""},
		{1, "/a/b.scope/cgq/web", "web"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *got = tree_relative(&machine, rows[i].hierarchy, rows[i].path);

		if (rows[i].relative)
			assert_string_equal(got, rows[i].relative);
		else
			assert_null(got);
	}
}

static void the_members_leaf_is_its_group(void **state)
{
	static const char *const rows[][2] = {
		{"_self", "_self"}, {"", ""}, {"web_self", "web_self"}, {"web/_self", "web"}, {"web/php", "web/php"},
		{"web/php/_self", "web/php"},
	};
	char buf[TREE_PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(tree_group_path(rows[i][0], buf, sizeof(buf)), rows[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_tree_is_ours),
		cmocka_unit_test(the_members_leaf_is_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
