/* A changed folder is noticed once, after it has been quiet; debris in it is no change. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "name_folders.h"
#include "watch.h"

#include <cmocka.h>

static char dir[64], folder[96];
static sd_event *event;
static struct watch *watch;
static unsigned told;

static void on_change(void *ctx)
{
	told++;
}

static int setup(void **state)
{
	static const char *folders[1];
	struct watch_want want = {folders, 1, ".conf", 20000, on_change, NULL};

	strcpy(dir, "/tmp/cgq-test-watch-XXXXXX");
	if (!mkdtemp(dir) || sd_event_new(&event) < 0)
		return -1;
	snprintf(folder, sizeof(folder), "%s/a/b", dir);
	folders[0] = folder;
	told = 0;
	return watch_new(event, &want, &watch, NULL);
}

static int teardown(void **state)
{
	char command[128];

	watch_free(watch);
	sd_event_unref(event);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

/* One of this process's inotify watches, "inotify wd:1 ino:5 sdev:2 mask:3c0 …", asks for that and nothing else. */
static bool is_watched_for(const char *path, unsigned events)
{
	char ino[32], mask[32], name[64], line[256];
	struct stat st;
	bool is = false;

	assert_int_equal(stat(path, &st), 0);
	snprintf(ino, sizeof(ino), " ino:%lx ", (unsigned long)st.st_ino);
	snprintf(mask, sizeof(mask), " mask:%x ", events);
	for (int fd = 0; fd < 64; fd++) {
		FILE *f;

		snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
		f = fopen(name, "re");
		while (f && fgets(line, sizeof(line), f))
			is |= strncmp(line, "inotify ", 8) == 0 && strstr(line, ino) && strstr(line, mask);
		if (f)
			fclose(f);
	}
	return is;
}

static void make_folder(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/a", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(mkdir(folder, 0755), 0);
}

static void put(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	close(fd);
}

/* Runs the loop until it has nothing to do for 200 ms, ten times the quiet time. */
static void run(void)
{
	while (sd_event_run(event, 200000) > 0)
		;
}

static void debris_is_no_change(void **state)
{
	make_folder();
	run();
	told = 0;
	put(".50-x.conf.swp");
	put("50-x.conf~");
	put(".50-x.conf");
	put("50-x.conf.dpkg-new");
	run();
	assert_int_equal(told, 0);
}

static void every_write_begins_the_quiet_time_anew(void **state)
{
	char path[256];
	int fd;

	make_folder();
	put("10-x.conf");
	run();
	told = 0;
	snprintf(path, sizeof(path), "%s/10-x.conf", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	run();
	assert_int_equal(told, 1);
	close(fd);
	run();
	assert_int_equal(told, 2);
}

static void many_changes_are_told_once(void **state)
{
	make_folder();
	run();
	told = 0;
	for (int i = 0; i < 50; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d.conf", i);
		put(name);
	}
	run();
	assert_int_equal(told, 1);
}

static void a_folder_that_appears_later_is_watched(void **state)
{
	make_folder();
	run();
	assert_true(told >= 1);
	told = 0;
	put("10-x.conf");
	run();
	assert_int_equal(told, 1);
}

static void a_folder_that_is_replaced_is_watched_again(void **state)
{
	char old[128];

	make_folder();
	run();
	snprintf(old, sizeof(old), "%s/old", dir);
	assert_int_equal(rename(folder, old), 0);
	assert_int_equal(mkdir(folder, 0755), 0);
	run();
	assert_true(told >= 1);
	told = 0;
	put("10-x.conf");
	run();
	assert_int_equal(told, 1);
}

/* A link beside the folder: "a/b" is what "link" leads to, until it leads to "c". */
static void make_linked(void)
{
	char link[128];

	make_folder();
	snprintf(link, sizeof(link), "%s/c", dir);
	assert_int_equal(mkdir(link, 0755), 0);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("a/b", link), 0);
}

static void watch_instead(const char *name)
{
	static const char *folders[1];
	static char path[128];
	struct watch_want want = {folders, 1, ".conf", 20000, on_change, NULL};

	watch_free(watch);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	folders[0] = path;
	assert_int_equal(watch_new(event, &want, &watch, NULL), 0);
	told = 0;
}

static void replace_link(const char *target, const char *name)
{
	char temp[128], path[128];

	snprintf(temp, sizeof(temp), "%s/temp", dir);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(symlink(target, temp), 0);
	assert_int_equal(rename(temp, path), 0);
}

static void a_folder_that_is_a_link_is_told_when_it_leads_elsewhere_and_watched_there(void **state)
{
	make_linked();
	watch_instead("link");
	put("10-x.conf");
	run();
	assert_int_equal(told, 1);
	replace_link("c", "link");
	run();
	assert_int_equal(told, 2);
	snprintf(folder, sizeof(folder), "%s/c", dir);
	put("10-x.conf");
	run();
	assert_int_equal(told, 3);
}

static void a_link_on_the_way_to_a_folder_is_watched_too(void **state)
{
	make_folder();
	replace_link("a", "link");
	watch_instead("link/b");
	replace_link("nowhere", "link");
	run();
	assert_int_equal(told, 1);
}

static void a_folder_above_that_is_replaced_is_told(void **state)
{
	char old[128], above[128];

	make_folder();
	run();
	told = 0;
	snprintf(above, sizeof(above), "%s/a", dir);
	snprintf(old, sizeof(old), "%s/old", dir);
	assert_int_equal(rename(above, old), 0);
	run();
	assert_int_equal(told, 1);
	assert_int_equal(mkdir(above, 0755), 0);
	assert_int_equal(mkdir(folder, 0755), 0);
	put("10-x.conf");
	run();
	assert_true(told >= 2);
}

static void what_happens_beside_the_way_is_no_change(void **state)
{
	make_linked();
	watch_instead("link");
	snprintf(folder, sizeof(folder), "%s", dir);
	put("10-x.conf");
	run();
	assert_int_equal(told, 0);
}

/* The kernel would look at each of a million entries that it remembers of a busy /tmp. */
static void in_a_folder_on_the_way_nobody_is_asked_about_writes(void **state)
{
	make_folder();
	run();
	assert_true(is_watched_for(dir, IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO));
}

static void a_file_that_is_a_link_is_told_when_its_target_is_written(void **state)
{
	make_folder();
	replace_link("../../site", "a/b/10-x.conf");
	run();
	told = 0;
	snprintf(folder, sizeof(folder), "%s", dir);
	put("site");
	run();
	assert_int_equal(told, 1);
	put("other");
	run();
	assert_int_equal(told, 1);
}

static void a_file_that_is_a_link_is_told_while_its_target_is_written_in_place(void **state)
{
	char path[128];
	int fd;

	make_folder();
	snprintf(path, sizeof(path), "%s/site", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	replace_link("../../site", "a/b/10-x.conf");
	run();
	told = 0;
	assert_int_equal(write(fd, "x", 1), 1);
	run();
	assert_int_equal(told, 1);
	close(fd);
	run();
	assert_int_equal(told, 2);
}

/* A link to /dev/null masks a file, and everybody writes there. */
static void what_is_thrown_away_is_no_change_of_a_file_that_is_masked(void **state)
{
	int fd;

	make_folder();
	replace_link("/dev/null", "a/b/10-x.conf");
	run();
	told = 0;
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	run();
	assert_int_equal(told, 0);
	replace_link("../../site", "a/b/10-x.conf");
	run();
	assert_int_equal(told, 1);
}

static void links_in_a_circle_end(void **state)
{
	replace_link("link", "link");
	watch_instead("link/x");
	run();
	assert_int_equal(told, 0);
}

static void the_folders_of_what_rules_name_are_each_watched_once(void **state)
{
	const char *exes[] = {"/usr/sbin/mariadbd", "/usr/sbin/apache2", "/opt/app-*/bin/x", "/a", "/opt/b\\*/c"};
	bool globs[] = {false, false, true, false, true};
	const char *users[] = {"mysql"};
	struct policy p = {.exes = exes, .exe_globs = globs, .n_exes = 5, .users = users, .n_users = 1};
	struct name_folders f = {0};

	name_folders_make(&p, &f);
	assert_int_equal(f.n, 4);
	assert_string_equal(f.list[0], "/usr/sbin");
	assert_string_equal(f.list[1], "/opt");
	assert_string_equal(f.list[2], "/");
	assert_string_equal(f.list[3], "/etc");
	name_folders_done(&f);
}

static bool holds(const struct name_folders *f, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", dir, name);
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->list[i], path) == 0)
			return true;
	return false;
}

static void a_glob_is_watched_in_every_folder_that_fits_so_far(void **state)
{
	char path[128];
	const char *exes[] = {path};
	bool globs[] = {true};
	struct policy p = {.exes = exes, .exe_globs = globs, .n_exes = 1};
	struct name_folders f = {0};

	make_folder();
	snprintf(path, sizeof(path), "%s/x*/bin/x", dir);
	name_folders_make(&p, &f);
	assert_int_equal(f.n, 1);
	assert_true(holds(&f, ""));
	name_folders_done(&f);
	snprintf(path, sizeof(path), "%s/*/b/x", dir);
	name_folders_make(&p, &f);
	assert_int_equal(f.n, 3);
	assert_true(holds(&f, "") && holds(&f, "/a") && holds(&f, "/a/b"));
	name_folders_done(&f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(debris_is_no_change),
		TEST(every_write_begins_the_quiet_time_anew),
		TEST(many_changes_are_told_once),
		TEST(a_folder_that_appears_later_is_watched),
		TEST(a_folder_that_is_replaced_is_watched_again),
		TEST(a_folder_that_is_a_link_is_told_when_it_leads_elsewhere_and_watched_there),
		TEST(a_link_on_the_way_to_a_folder_is_watched_too),
		TEST(a_folder_above_that_is_replaced_is_told),
		TEST(what_happens_beside_the_way_is_no_change),
		TEST(in_a_folder_on_the_way_nobody_is_asked_about_writes),
		TEST(a_file_that_is_a_link_is_told_when_its_target_is_written),
		TEST(a_file_that_is_a_link_is_told_while_its_target_is_written_in_place),
		TEST(what_is_thrown_away_is_no_change_of_a_file_that_is_masked),
		TEST(links_in_a_circle_end),
		cmocka_unit_test(the_folders_of_what_rules_name_are_each_watched_once),
		TEST(a_glob_is_watched_in_every_folder_that_fits_so_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
