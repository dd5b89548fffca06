/* The journal of origins as several write to it, and as it is written anew. */
#include <cgq/auto.h>
#include <cgq/memory.h>

#include "members.h"
#include "origin_store.h"
#include "state_room.h"

static struct group groups[] = {{.path = "web"}};
static struct policy policy = {.groups = groups, .n_groups = 1};
static struct machine machine = {.n_hierarchies = 1, .hierarchies = {{.version = 1, .mount = "/sys/fs/cgroup/cpu"}}};

static unsigned waited_for_disk;

int fsync(int fd)
{
	waited_for_disk++;
	return 0;
}

/* What the next daemon has to say of it, or NULL; members: what it knows. */
static const char *next_daemon_loads(struct members *members)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	static char said[256];
	const char *trouble;

	origin_store_load(s, &policy, members);
	trouble = origin_store_trouble(s);
	snprintf(said, sizeof(said), "%s", trouble ? trouble : "");
	origin_store_free(s);
	return trouble ? said : NULL;
}

static void begin_anew(void)
{
	struct origin_store *s = origin_store_new(folder_fd, &machine);
	struct members *members = members_new();

	origin_store_trim(s, &policy, members);
	members_free(members);
	origin_store_free(s);
}

/* The main loop is who does it, and a strict exec waits for that: what means nothing after a boot is no reason to wait for a disk. */
static void to_write_it_anew_waits_for_no_disk(void **state)
{
	waited_for_disk = 0;
	begin_anew();
	assert_int_equal(waited_for_disk, 0);
	put_file("origins", "", 0);
	assert_int_equal(waited_for_disk, 1);
}

static void what_a_power_cut_left_is_no_trouble(void **state)
{
	struct members *members = members_new();

	put_file("origins", "", 0);
	assert_null(next_daemon_loads(members));
	assert_int_equal(members_count(members), 0);
	members_free(members);
}

/* By two who write, as threads that place at once do; each takes back what it can. */
static void half_a_record_with_another_behind_it_is_believed_of_neither(void **state)
{
	static const char lines[] = "7 8 9 1 web /sys/fs/cgroup/cpu=/x\n"
				    "812 4711 1 1 web /sys/fs/cgroup/cpu=/us813 4712 1 1 web /sys/fs/cgroup/cpu=/b\n";
	struct members *members = members_new();
	int fd;

	begin_anew();
	fd = openat(folder_fd, "origins", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, lines, strlen(lines)), (ssize_t)strlen(lines));
	close(fd);
	assert_non_null(strstr(next_daemon_loads(members), "1 damaged lines"));
	assert_null(members_find(members, 812));
	assert_null(members_find(members, 813));
	assert_non_null(members_find(members, 7));
	members_free(members);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)
	const struct CMUnitTest tests[] = {
		TEST(to_write_it_anew_waits_for_no_disk),
		TEST(what_a_power_cut_left_is_no_trouble),
		TEST(half_a_record_with_another_behind_it_is_believed_of_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
