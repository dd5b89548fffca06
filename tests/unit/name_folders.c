/* Folders in which what a rule names is replaced, where links lead to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "name_folders.h"

static char dir[32];

static int entry_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static char *in_dir(const char *name)
{
	return must_printf("%s/%s", dir, name);
}

static void link_make(const char *target, const char *name)
{
	auto_free char *path = in_dir(name);

	assert_int_equal(symlink(target, path), 0);
}

static void folder_make(const char *name)
{
	auto_free char *path = in_dir(name);

	assert_int_equal(mkdir(path, 0755), 0);
}

/* "/usr/bin/java" is /etc/alternatives/java, which is /usr/lib/jvm/java-17/bin/java. */
static int setup(void **state)
{
	strcpy(dir, "/tmp/cgq-test-names.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	folder_make("bin");
	folder_make("alternatives");
	folder_make("java-17");
	folder_make("java-17/bin");
	link_make("../alternatives/java", "bin/java");
	link_make("../java/bin/java", "alternatives/java");
	link_make("java-17", "java");
	return 0;
}

static int teardown(void **state)
{
	return nftw(dir, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void program_make(void)
{
	auto_free char *path = in_dir("java-17/bin/java");
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
}

static bool holds(const struct name_folders *f, const char *name)
{
	auto_free char *path = in_dir(name);
	size_t last = strlen(path) - 1;

	if (path[last] == '/')
		path[last] = '\0';
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->list[i], path) == 0)
			return true;
	return false;
}

static void assert_all_are_watched(const char *name, bool is_glob)
{
	auto_free char *path = in_dir(name);
	const char *exes[] = {path};
	struct policy p = {.exes = exes, .exe_globs = &is_glob, .n_exes = 1};
	struct name_folders f = {0};

	name_folders_make(&p, &f);
	assert_true(holds(&f, "bin"));
	assert_true(holds(&f, "alternatives"));
	assert_true(holds(&f, ""));
	assert_true(holds(&f, "java-17/bin"));
	assert_int_equal(f.n, 4);
	name_folders_done(&f);
}

static void where_links_lead_to_it_an_executable_may_be_replaced(void **state)
{
	program_make();
	assert_all_are_watched("bin/java", false);
}

static void of_a_glob_each_match_may_be_a_link(void **state)
{
	program_make();
	assert_all_are_watched("bin/jav?", true);
}

/* An installer that removes the old one first. */
static void what_is_not_there_for_a_moment_is_waited_for_where_it_was(void **state)
{
	assert_all_are_watched("bin/java", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(where_links_lead_to_it_an_executable_may_be_replaced),
		TEST(of_a_glob_each_match_may_be_a_link),
		TEST(what_is_not_there_for_a_moment_is_waited_for_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
