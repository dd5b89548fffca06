/* The journal of origins: damaged, foreign, full or old, it costs nothing but a line, and never says what is wrong. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "members.h"
#include "origin_store.h"
#include "state_room.h"

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

static void one_that_is_about_to_exec_is_known_by_what_held_it_before(void **state)
{
	for (unsigned before = 0; before < 2; before++) {
		struct origin_store *s = origin_store_new(folder_fd, &machine);
		struct members *members = members_new();
		struct member *one = members_put(members, 812, 4711);

		one->group = 1;
		one->rule_key = 7;
		one->ahead_ns = 5;
		one->before_group = before ? 0 : GROUP_NONE;
		one->before_key = before * 3;
		one->origins[0] = members_intern(members, "/a");
		origin_store_trim(s, &policy, members);
		members_drop(members, 812);
		origin_store_load(s, &policy, members);
		one = members_find(members, 812);
		assert_int_equal(one->group, before ? 0 : GROUP_NONE);
		assert_int_equal(one->rule_key, before * 3);
		assert_string_equal(one->origins[0], "/a");
		members_free(members);
		origin_store_free(s);
	}
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
		"812 0 1 1 web\n",	       /* of whoever has the number */
		"-5 4711 1 1 web\n",	       "99999999999 4711 1 1 web\n", "812 x 1 1 web\n",
		"812 4711 18446744073709551616 1 web\n", "812 4711 1 99 web\n", " \n", "\xff\xff\xff\n", "812",
		"812 4711 1 1 web nonsense\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_free char *body = must_printf("%s\n7 8 9 1 web /sys/fs/cgroup/cpu=/x /none=/y\n", bad[i]);
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

static void write_one(struct origin_store *s, struct members *members, pid_t pid, const char *origin)
{
	struct member *one = members_put(members, pid, 4711);

	one->group = 1;
	one->origins[0] = members_intern(members, origin);
	origin_store_add(s, &policy, one);
	origin_store_flush(s);
}

static void next_daemon_knows(pid_t pid, const char *origin)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	struct member *one;

	origin_store_load(s, &policy, members);
	assert_null(origin_store_trouble(s));
	one = members_find(members, pid);
	assert_int_equal(one != NULL, origin != NULL);
	if (origin)
		assert_string_equal(one->origins[0], origin);
	members_free(members);
	origin_store_free(s);
}

/* Between two looks, too: the next daemon reads 256 MiB of it, and else knows nothing. */
static void a_storm_of_moves_leaves_a_journal_that_can_be_read(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	char origin[4000] = "/";
	unsigned rewritten = 0;

	memset(origin + 1, 'x', sizeof(origin) - 2);
	origin_store_trim(s, &policy, members);
	for (int i = 0; i < 20000; i++) {
		write_one(s, members, 1000 + i % 10, origin);
		if (i % 1000 == 0 && origin_store_is_long(s, members)) {
			origin_store_trim(s, &policy, members);
			rewritten++;
		}
	}
	/* 80 MB, a few times: who writes to it as well opens it anew then */
	assert_in_range(rewritten, 1, 10);
	assert_null(origin_store_trouble(s));
	next_daemon_knows(1000, origin);
	members_free(members);
	origin_store_free(s);
}

static off_t journal_bytes(void)
{
	struct stat st;

	assert_int_equal(fstatat(folder_fd, "origins", &st, 0), 0);
	return st.st_size;
}

/* Programs that end within a moment are in the journal by the threads that place at once alone. */
static void what_threads_write_to_it_is_trimmed_too(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine), *thread;
	struct members *members = members_new(), *ended = members_new();
	char origin[4000] = "/";

	memset(origin + 1, 'x', sizeof(origin) - 2);
	origin_store_trim(s, &policy, members);
	write_one(s, members, 7, "/a");
	thread = origin_store_new(folder_fd, &machine);
	for (int i = 0; i < 10000; i++)
		write_one(thread, ended, 1000 + i % 10, "/a");
	origin_store_trim(s, &policy, members);
	assert_true(journal_bytes() < 1000);
	next_daemon_knows(7, "/a");
	origin_store_free(thread);
	origin_store_trim(s, &policy, members);
	thread = origin_store_new(folder_fd, &machine);
	for (int i = 0; i < 5000; i++)
		write_one(thread, ended, 1000 + i % 10, origin);
	assert_true(origin_store_is_long(s, members));
	origin_store_trim(s, &policy, members);
	assert_true(journal_bytes() < 1000);
	assert_false(origin_store_is_long(s, members));
	origin_store_free(thread);
	origin_store_free(s);
	members_free(members);
	members_free(ended);
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

/* As a file system does that has room for only so many more bytes. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The limit cuts it inside of its last path, where what is left reads well. */
static void half_a_record_is_taken_back_and_written_when_there_is_room(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	origin_store_trim(s, &policy, members);
	write_one(s, members, 1, "/user.slice/a");
	limit_files((rlim_t)journal_bytes() + strlen("2 4711 0 0 web /sys/fs/cgroup/cpu=/user"));
	write_one(s, members, 2, "/user.slice/b");
	assert_non_null(origin_store_trouble(s));
	limit_files(RLIM_INFINITY);
	write_one(s, members, 3, "/user.slice/c");
	next_daemon_knows(1, "/user.slice/a");
	next_daemon_knows(2, NULL);
	next_daemon_knows(3, "/user.slice/c");
	origin_store_trim(s, &policy, members);
	next_daemon_knows(2, "/user.slice/b");
	members_free(members);
	origin_store_free(s);
}

static void another_trouble_is_told_too(void **state)
{
	auto_free char *text = with_boot_id("812\n");
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	put_file("origins", text, strlen(text));
	origin_store_load(s, &policy, members);
	assert_non_null(origin_store_trouble(s));
	limit_files(1);
	write_one(s, members, 1, "/user.slice/a");
	limit_files(RLIM_INFINITY);
	assert_non_null(strstr(origin_store_trouble(s), "cannot be written"));
	assert_null(origin_store_trouble(s));
	members_free(members);
	origin_store_free(s);
}

/* It was given back, and somebody moved it since: where it comes from now is where it is found. */
static void an_origin_that_was_forgotten_stays_so(void **state)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();
	struct member *one;

	origin_store_trim(s, &policy, members);
	write_one(s, members, 812, "/user.slice/a");
	one = members_find(members, 812);
	one->origins[0] = NULL;
	one->origins[1] = members_intern(members, "/b");
	origin_store_add(s, &policy, one);
	origin_store_flush(s);
	origin_store_free(s);
	members_free(members);
	s = origin_store_new(folder_fd, &machine);
	members = members_new();
	origin_store_load(s, &policy, members);
	one = members_find(members, 812);
	assert_null(one->origins[0]);
	assert_string_equal(one->origins[1], "/b");
	members_free(members);
	origin_store_free(s);
}

/* A SIGKILL may come between two pages of one write. */
static void a_last_line_without_its_end_is_not_believed(void **state)
{
	auto_free char *text = with_boot_id("7 8 9 1 web /sys/fs/cgroup/cpu=/x\n812 4711 1 1 web /sys/fs/cgroup/cpu=/user");
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	put_file("origins", text, strlen(text));
	origin_store_load(s, &policy, members);
	assert_non_null(origin_store_trouble(s));
	assert_null(members_find(members, 812));
	assert_non_null(members_find(members, 7));
	members_free(members);
	origin_store_free(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		TEST(damaged_lines_cost_one_line_of_log_and_nothing_else),
		TEST(a_foreign_or_binary_journal_is_begun_anew),
		TEST(origins_of_another_boot_are_forgotten),
		TEST(an_origin_is_known_to_the_next_daemon),
		TEST(an_origin_outlives_the_section_of_its_group),
		TEST(a_journal_does_not_grow_for_ever),
		TEST(a_storm_of_moves_leaves_a_journal_that_can_be_read),
		TEST(what_threads_write_to_it_is_trimmed_too),
		TEST(one_that_is_about_to_exec_is_known_by_what_held_it_before),
		TEST(a_full_file_system_is_told_once),
		TEST(half_a_record_is_taken_back_and_written_when_there_is_room),
		TEST(another_trouble_is_told_too),
		TEST(an_origin_that_was_forgotten_stays_so),
		TEST(a_last_line_without_its_end_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
