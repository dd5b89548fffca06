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

static void ours_stand_below_the_base_and_others_where_they_say(void **state)
{
	static const struct {
		unsigned hierarchy;
		const char *rel, *path;
	} rows[] = {
		{0, NULL, ""},
		{1, NULL, "/a/b.scope"},
		{0, "", "/cgq"},
		{0, "web/php", "/cgq/web/php"},
		{1, "", "/a/b.scope/cgq"},
		{1, "web", "/a/b.scope/cgq/web"},
		{0, "/", ""},
		{1, "/x.slice", "/x.slice"},
	};
	char path[TREE_PATH_MAX], cut[8] = "abcdefg";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine_path(&machine, rows[i].hierarchy, rows[i].rel, path, sizeof(path));
		assert_string_equal(path, rows[i].path);
		machine_path(&machine, rows[i].hierarchy, rows[i].rel, cut, sizeof(cut) - 1);
		assert_memory_equal(cut, path, strnlen(path, sizeof(cut) - 2));
		assert_int_equal(cut[strnlen(path, sizeof(cut) - 2)], '\0');
		assert_int_equal(cut[sizeof(cut) - 1], '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_stand_below_the_base_and_others_where_they_say),
		cmocka_unit_test(only_our_own_tree_is_ours),
		cmocka_unit_test(the_members_leaf_is_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
