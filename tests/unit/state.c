/* The state folder: damaged, foreign, full or old, it costs nothing but a line. */
#include <errno.h>
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

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "base_store.h"
#include "good_store.h"
#include "members.h"
#include "origin_store.h"
#include "state_folder.h"

#include <cmocka.h> /* last: it makes fail() a macro */

static char folder[] = "/tmp/cgq-test-state-XXXXXX";
static int folder_fd = -1;

static int setup(void **state)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder_fd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	char path[128];
	static const char *const names[] = {"good", "origins", "base", ".good.new", ".origins.new", ".base.new"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(folder_fd, names[i], 0);
	snprintf(path, sizeof(path), "%s/deep/er", folder);
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	close(folder_fd);
	return rmdir(folder);
}

static void put_file(const char *name, const char *text, size_t len)
{
	struct err e = {0};

	assert_int_equal(state_write(folder_fd, name, text, len, &e), 0);
}

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
	size_t len = 0;
	auto_free char *text = NULL;

	fill_set(&set);
	text = good_store_format(&set, &len);
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
	size_t len = 0;
	auto_free char *text = NULL;

	fill_set(&set);
	text = good_store_format(&set, &len);
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
		return;
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

static struct group groups[] = {{.path = "mysql"}, {.path = "web"}};
static struct policy policy = {.groups = groups, .n_groups = 2};
static struct machine machine = {
	.n_hierarchies = 2,
	.hierarchies = {{.version = 1, .mount = "/sys/fs/cgroup/cpu"}, {.version = 1, .mount = "/sys/fs/cgroup/memory"}},
};

static void write_member(void)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	struct member *one;

	origin_store_trim(s, &policy, members);
	one = members_put(members, 812, 4711);
	one->group = 1;
	one->rule_key = UINT64_MAX;
	one->kind = VERDICT_RULE;
	one->origins[1] = members_intern(members, "/a b=%/\xff");
	origin_store_add(s, &policy, one);
	origin_store_flush(s);
	assert_null(origin_store_trouble(s));
	members_free(members);
	origin_store_free(s);
}

static void an_origin_is_known_to_the_next_daemon(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	struct member *one;

	write_member();
	origin_store_load(s, &policy, members);
	assert_null(origin_store_trouble(s));
	one = members_find(members, 812);
	assert_non_null(one);
	assert_int_equal(one->start_ticks, 4711);
	assert_int_equal(one->group, 1);
	assert_true(one->rule_key == UINT64_MAX);
	assert_null(one->origins[0]);
	assert_string_equal(one->origins[1], "/a b=%/\xff");
	members_free(members);
	origin_store_free(s);
}

/* Its process is still to be moved back, or to another group; and each daemon's first act is to write the journal anew. */
static void an_origin_outlives_the_section_of_its_group(void **state)
{
	static const struct policy other = {.groups = groups, .n_groups = 1};

	write_member();
	for (int round = 0; round < 3; round++) {
		struct origin_store *s = origin_store_new(folder_fd, &machine);
		struct members *members = members_new();
		struct member *one;

		origin_store_load(s, &other, members);
		one = members_find(members, 812);
		assert_non_null(one);
		assert_int_equal(one->group, GROUP_NONE);
		assert_string_equal(one->origins[1], "/a b=%/\xff");
		origin_store_trim(s, &other, members);
		assert_null(origin_store_trouble(s));
		members_free(members);
		origin_store_free(s);
	}
}

static void origins_of_another_boot_are_forgotten(void **state)
{
	static const char text[] = "cgq-origins 1 00000000-0000-0000-0000-000000000000\n"
				   "812 4711 1 1 web /sys/fs/cgroup/cpu=/x\n";
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	put_file("origins", text, strlen(text));
	origin_store_load(s, &policy, members);
	assert_int_equal(members_count(members), 0);
	assert_null(origin_store_trouble(s));
	members_free(members);
	origin_store_free(s);
}

static char *with_boot_id(const char *body)
{
	char boot[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && read(fd, boot, sizeof(boot) - 1) > 0);
	close(fd);
	boot[strcspn(boot, "\n")] = '\0';
	return must_printf("cgq-origins 1 %s\n%s", boot, body);
}

static void damaged_lines_cost_one_line_of_log_and_nothing_else(void **state)
{
	static const char *const bad[] = {
		"812 4711 1 1\n",	       /* too short */
		"0 4711 1 1 web\n",	       /* no pid */
		"-5 4711 1 1 web\n",	       "99999999999 4711 1 1 web\n", "812 x 1 1 web\n",
		"812 4711 18446744073709551616 1 web\n", "812 4711 1 99 web\n", " \n", "\xff\xff\xff\n", "812",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_free char *body = must_printf("%s\n7 8 9 1 web /sys/fs/cgroup/cpu=/x nonsense /none=/y\n", bad[i]);
		auto_free char *text = with_boot_id(body);
		struct origin_store *s = origin_store_new(folder_fd, &machine);
		struct members *members = members_new();

		put_file("origins", text, strlen(text));
		origin_store_load(s, &policy, members);
		assert_non_null(origin_store_trouble(s));
		assert_null(origin_store_trouble(s)); /* told once */
		assert_int_equal(members_count(members), 1);
		assert_string_equal(members_find(members, 7)->origins[0], "/x");
		members_free(members);
		origin_store_free(s);
	}
}

static void a_foreign_or_binary_journal_is_begun_anew(void **state)
{
	static const char nul[] = "\0\0\0\0";
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	put_file("origins", nul, sizeof(nul));
	origin_store_load(s, &policy, members);
	assert_non_null(origin_store_trouble(s));
	assert_int_equal(members_count(members), 0);
	origin_store_trim(s, &policy, members);
	members_free(members);
	origin_store_free(s);
	an_origin_is_known_to_the_next_daemon(state);
}

static void a_journal_does_not_grow_for_ever(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	struct stat st;

	origin_store_trim(s, &policy, members);
	for (int i = 0; i < 100000; i++) {
		struct member *one = members_put(members, 1000 + i % 10, (uint64_t)i + 1);

		one->group = 0;
		origin_store_add(s, &policy, one);
		origin_store_flush(s);
		origin_store_trim(s, &policy, members);
	}
	assert_int_equal(fstatat(folder_fd, "origins", &st, 0), 0);
	assert_true(st.st_size < 100000);
	assert_null(origin_store_trouble(s));
	members_free(members);
	origin_store_free(s);
}

static void a_full_file_system_is_told_once(void **state)
{
	struct origin_store *s;
	struct members *members = members_new();
	struct member *one = members_put(members, 812, 4711);

	one->group = 0;
	if (symlinkat("/dev/full", folder_fd, "origins") < 0)
		fail_msg("no /dev/full to test with");
	s = origin_store_new(folder_fd, &machine);
	origin_store_add(s, &policy, one);
	origin_store_flush(s); /* a link is not followed: as good as full */
	assert_non_null(origin_store_trouble(s));
	origin_store_add(s, &policy, one);
	origin_store_flush(s);
	assert_null(origin_store_trouble(s));
	members_free(members);
	origin_store_free(s);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_flipped_byte_of_a_good_set_is_noticed),
		TEST(every_cut_of_a_good_set_is_noticed),
		TEST(a_good_set_comes_back_byte_for_byte),
		TEST(a_missing_good_set_is_no_trouble),
		TEST(a_folder_that_others_may_write_to_is_not_trusted),
		TEST(a_missing_folder_is_made_with_its_parents),
		TEST(damaged_lines_cost_one_line_of_log_and_nothing_else),
		TEST(a_foreign_or_binary_journal_is_begun_anew),
		TEST(origins_of_another_boot_are_forgotten),
		TEST(an_origin_is_known_to_the_next_daemon),
		TEST(an_origin_outlives_the_section_of_its_group),
		TEST(a_journal_does_not_grow_for_ever),
		TEST(a_full_file_system_is_told_once),
		TEST(what_was_enabled_in_a_base_is_known_to_the_next_daemon_of_this_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
