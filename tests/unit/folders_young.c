/* What is being written just now is known for it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folders_young.h"

#include <cmocka.h>

/* Times of files are as coarse as the kernel's tick: 10 ms at the most. */
#define QUIET_USEC 300000 /* a busy machine takes a while from a change to the look */

static char dir[64], folder[96];

static int setup(void **state)
{
	strcpy(dir, "/tmp/cgq-test-young-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(folder, sizeof(folder), "%s/conf.d", dir);
	return mkdir(folder, 0755);
}

static int teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static void put(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static bool is_young(void)
{
	const char *const folders[] = {"/none", folder};

	return folders_young(folders, 2, QUIET_USEC);
}

static void grow_old(void)
{
	usleep(QUIET_USEC + 20000);
	assert_false(is_young());
}

static void a_file_that_is_written_is_young_whatever_time_it_shows(void **state)
{
	static const struct timespec long_ago[2] = {{1, 0}, {1, 0}};
	char path[256];

	put("conf.d/50-web.conf");
	assert_true(is_young());
	grow_old();
	put("conf.d/50-web.conf"); /* in place: its folder does not change */
	assert_true(is_young());
	snprintf(path, sizeof(path), "%s/50-web.conf", folder);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	assert_true(is_young());
}

static void a_file_that_was_removed_just_now_is_missed(void **state)
{
	char path[256];

	put("conf.d/50-web.conf");
	grow_old();
	snprintf(path, sizeof(path), "%s/50-web.conf", folder);
	assert_int_equal(unlink(path), 0);
	assert_true(is_young());
}

static void what_a_link_leads_to_is_looked_at(void **state)
{
	char path[256];

	put("real");
	snprintf(path, sizeof(path), "%s/50-web.conf", folder);
	assert_int_equal(symlink("../real", path), 0);
	grow_old();
	put("real");
	assert_true(is_young());
}

static void debris_and_what_lies_beside_is_not(void **state)
{
	put("conf.d/50-web.conf.swp");
	grow_old();
	put("conf.d/50-web.conf.swp");
	put("other");
	assert_false(is_young());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_is_written_is_young_whatever_time_it_shows),
		TEST(a_file_that_was_removed_just_now_is_missed),
		TEST(what_a_link_leads_to_is_looked_at),
		TEST(debris_and_what_lies_beside_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
