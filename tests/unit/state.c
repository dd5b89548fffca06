/* The state folder: damaged, foreign, full or old, it costs nothing but a line. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "base_store.h"
#include "good_store.h"
#include "state_room.h"

static void fill_set(struct file_set *set)
{
	file_set_put(set, "10-a.conf", "/etc/cgq/conf.d/10-a.conf", "[a]\ncpu = 1%\n", 13, false);
	file_set_put(set, "20-b.conf", "/etc/cgq/conf.d/20-b.conf", "", 0, true);
	file_set_put(set, "30-c.conf", "/run/x/30-c.conf", "file 99\nhash 1\n", 15, false);
}

static void a_good_set_comes_back_byte_for_byte(void **state)
{
	struct file_set set = {0}, back = {0};
	struct err e = {0};

	fill_set(&set);
	assert_int_equal(good_store_save(folder_fd, &set, &e), 0);
	assert_int_equal(good_store_load(folder_fd, &back, &e), 0);
	assert_int_equal(back.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(back.list[i].name, set.list[i].name);
		assert_string_equal(back.list[i].path, set.list[i].path);
		assert_int_equal(back.list[i].len, set.list[i].len);
		assert_int_equal(back.list[i].masked, set.list[i].masked);
		assert_memory_equal(back.list[i].text, set.list[i].text, set.list[i].len);
	}
	file_set_done(&set);
	file_set_done(&back);
}

static void every_flipped_byte_of_a_good_set_is_noticed(void **state)
{
	struct file_set set = {0};
	size_t len = 0, left_out;
	auto_free char *text = NULL;

	fill_set(&set);
	text = good_store_format(&set, SIZE_MAX, &len, &left_out);
	for (size_t i = 0; i < len; i++) {
		struct file_set back = {0};
		struct err e = {0};

		text[i] ^= 1;
		assert_true(good_store_parse(text, len, &back, &e) < 0);
		assert_int_equal(back.n, 0);
		assert_true(e.text[0] != '\0');
		text[i] ^= 1;
	}
	file_set_done(&set);
}

static void every_cut_of_a_good_set_is_noticed(void **state)
{
	struct file_set set = {0};
	size_t len = 0, left_out;
	auto_free char *text = NULL;

	fill_set(&set);
	text = good_store_format(&set, SIZE_MAX, &len, &left_out);
	for (size_t i = 0; i < len; i++) {
		auto_free char *cut = must_strndup("", 0);
		struct file_set back = {0};

		cut = must_realloc(cut, i + 1);
		memcpy(cut, text, i);
		assert_true(good_store_parse(cut, i, &back, NULL) < 0);
		assert_int_equal(back.n, 0);
	}
	file_set_done(&set);
}

static void put_number(struct file_set *set, unsigned i, const char *text, size_t len)
{
	char name[32];

	snprintf(name, sizeof(name), "%04u.conf", i);
	file_set_put(set, name, name, text, len, false);
}

static void what_is_more_than_can_be_read_again_is_left_out_and_told(void **state)
{
	struct file_set set = {0}, back = {0};
	struct err e = {0};

	for (unsigned i = 0; i < POLICY_FILES_MAX + 2; i++)
		put_number(&set, i, "", 0);
	assert_int_equal(good_store_save(folder_fd, &set, &e), -EFBIG);
	assert_non_null(strstr(e.text, "2 of 1002 files"));
	assert_int_equal(good_store_load(folder_fd, &back, NULL), 0);
	assert_int_equal(back.n, POLICY_FILES_MAX);
	file_set_done(&set);
	file_set_done(&back);
}

/* Within any bound, what is kept can be read; one that is too large is not the end of it. */
static void what_is_too_large_is_left_out_and_no_other(void **state)
{
	static const char text[1000];
	struct file_set set = {0};

	for (unsigned i = 0; i < 5; i++)
		put_number(&set, i, text, i == 2 ? sizeof(text) : 10);
	for (size_t max = 0; max < 1600; max++) {
		struct file_set back = {0};
		size_t len = 0, left_out = 0;
		auto_free char *kept = good_store_format(&set, max, &len, &left_out);

		assert_true(len <= max || left_out == set.n);
		assert_int_equal(good_store_parse(kept, len, &back, NULL), 0);
		assert_int_equal(back.n + left_out, set.n);
		assert_true(back.n >= 3 || max < 400);
		assert_true(back.n == 5 ? max > 1000 : max < 1500);
		file_set_done(&back);
	}
	file_set_done(&set);
}

static void a_missing_good_set_is_no_trouble(void **state)
{
	struct file_set back = {0};
	struct err e = {0};

	assert_int_equal(good_store_load(folder_fd, &back, &e), -ENOENT);
	assert_int_equal(e.code, 0);
}

static void a_folder_that_others_may_write_to_is_not_trusted(void **state)
{
	struct err e = {0};
	int fd = -1;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(state_folder_open(folder, &fd, &e), -EPERM);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(chown(folder, 65534, 65534), 0);
	assert_int_equal(state_folder_open(folder, &fd, &e), -EPERM);
	assert_int_equal(chown(folder, 0, 0), 0);
	assert_int_equal(fd, -1);
}

static void a_missing_folder_is_made_with_its_parents(void **state)
{
	char path[128];
	struct err e = {0};
	int fd = -1;

	snprintf(path, sizeof(path), "%s/deep/er", folder);
	assert_int_equal(state_folder_open(path, &fd, &e), 0);
	assert_true(fd >= 0);
	close(fd);
}

static void what_was_enabled_in_a_base_is_known_to_the_next_daemon_of_this_boot(void **state)
{
	struct machine m = {.n_hierarchies = 2, .hierarchies = {{.version = 1, .mount = "/sys/fs/cgroup/cpu"},
								 {.version = 2, .mount = "/sys/fs/my cgroup"}}};
	const uint32_t given[HIERARCHIES_MAX] = {0, CONTROLLER_BIT(CPU) | CONTROLLER_BIT(PIDS)};
	static const char other_boot[] = "cgq-base 1 0\n/sys/fs/my cgroup cpu pids\n";
	uint32_t known[HIERARCHIES_MAX];

	base_store_load(folder_fd, &m, known);
	assert_int_equal(known[1], 0);
	assert_int_equal(base_store_save(folder_fd, &m, given, NULL), 0);
	base_store_load(folder_fd, &m, known);
	assert_memory_equal(known, given, sizeof(known));
	put_file("base", other_boot, sizeof(other_boot) - 1);
	base_store_load(folder_fd, &m, known);
	assert_int_equal(known[1], 0);
	put_file("base", "\0\xff cpu", 6);
	base_store_load(folder_fd, &m, known);
	assert_int_equal(known[1], 0);
	base_store_load(-1, &m, known);
	assert_int_equal(known[1], 0);
}

/* The limit of a file stands in for a full disk: the first write takes what fits, and the next one fails. */
static const char half[] = "812 45013 web half of it is to be cut off\n";
static const char others[] = "813 45014 web somebody else's, whole\n";
#define FITS 10U

static int other_fd;

/* Between the write that failed and what is made of that. */
static void others_append(int sig)
{
	const struct rlimit free_of_it = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_FSIZE, &free_of_it);
	if (other_fd >= 0 && write(other_fd, others, strlen(others)) < 0)
		abort();
}

/* What is in the file then. */
static const char *append_half(bool *torn, bool others_too)
{
	static char text[256];
	struct rlimit before, limit;
	int fd = openat(folder_fd, "origins", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600), r;
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n;

	other_fd = others_too ? openat(folder_fd, "origins", O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	signal(SIGXFSZ, others_append);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)size + FITS;
	setrlimit(RLIMIT_FSIZE, &limit);
	r = state_append(fd, half, strlen(half), torn);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(r, -EFBIG);
	close(fd);
	if (other_fd >= 0)
		close(other_fd);
	fd = openat(folder_fd, "origins", O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static void half_a_record_is_cut_off_unless_another_stands_behind_it(void **state)
{
	char both[256];
	bool torn;

	put_file("origins", "head\n", 5);
	assert_string_equal(append_half(&torn, false), "head\n");
	assert_false(torn);
	snprintf(both, sizeof(both), "head\n%.*s%s", (int)FITS, half, others);
	assert_string_equal(append_half(&torn, true), both);
	assert_true(torn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		TEST(every_flipped_byte_of_a_good_set_is_noticed),
		TEST(every_cut_of_a_good_set_is_noticed),
		TEST(a_good_set_comes_back_byte_for_byte),
		TEST(what_is_more_than_can_be_read_again_is_left_out_and_told),
		TEST(what_is_too_large_is_left_out_and_no_other),
		TEST(a_missing_good_set_is_no_trouble),
		TEST(half_a_record_is_cut_off_unless_another_stands_behind_it),
		TEST(a_folder_that_others_may_write_to_is_not_trusted),
		TEST(a_missing_folder_is_made_with_its_parents),
		TEST(what_was_enabled_in_a_base_is_known_to_the_next_daemon_of_this_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
