/* Which hierarchies are mounted with favordynmods is read from lines of mountinfo, whoever chose the words in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "favordynmods.h"

#include <cmocka.h>

static void a_line_adds_the_controllers_of_its_hierarchy_only_where_the_kernel_says_so(void **state)
{
	static const struct {
		const char *line, *list;
	} rows[] = {
		/* what others may call their mounts, and lines that are none */
		{"", ""},
		{"\n", ""},
		{"favordynmods", ""},
		{"36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup", ""},
		{"36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup", ""},
		{"36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime shared:9 cgroup cgroup rw,cpu,favordynmods", ""},
		{"36 31 0:33 / /favordynmods rw - tmpfs cgroup rw,favordynmods", ""},
		{"36 31 0:33 / /tmp rw - fuse.cgroup cgroup rw,favordynmods", ""},
		{"36 31 0:33 / /favordynmods rw - cgroup favordynmods rw,cpu", ""},
		{"36 31 0:33 / /a\\040-\\040cgroup2\\040x\\040rw,favordynmods rw - tmpfs tmpfs rw", ""},
		{"36 31 0:33 / /sys/fs/cgroup/x rw - cgroup x rw,xattr,name=favordynmods", ""},
		{"36 31 0:33 / /sys/fs/cgroup/x rw - cgroup x rw,cpu,release_agent=/a\\054favordynmods\\054b", ""},
		{"36 31 0:33 / /sys/fs/cgroup/x rw,favordynmods - cgroup cgroup rw,cpu", ""},
		{"36 31 0:33 / /sys/fs/cgroup/x rw - cgroup cgroup rw,cpu,nofavordynmods", ""},
		{"36 31 0:33 / /sys/fs/cgroup/x rw - cgroup cgroup rw,cpu,favordynmods2", ""},
		/* as kernels write them */
		{"31 24 0:30 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate", ""},
		{"31 24 0:30 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate,favordynmods\n", "v2"},
		{"31 24 0:30 / /mnt rw,relatime - cgroup2  rw,favordynmods,memory_recursiveprot", "v2"},
		{"31 24 0:30 /../.. /sys/fs/cgroup ro shared:9 master:3 propagate_from:2 - cgroup2 none ro,favordynmods", "v2"},
		{"36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct,favordynmods", "cpu,cpuacct"},
		{"36 31 0:33 / /a rw - cgroup - rw,seclabel,blkio,noprefix,xattr,favordynmods,release_agent=/x,clone_children",
		 "blkio"},
		{"40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,favordynmods,name=systemd",
		 "name=systemd"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char list[64] = "";

		assert_int_equal(favordynmods_note(rows[i].line, strlen(rows[i].line), list, sizeof(list)), *rows[i].list != 0);
		if (strcmp(list, rows[i].list) != 0)
			fail_msg("'%s': '%s', not '%s'", rows[i].line, list, rows[i].list);
	}
}

static void note(char list[], size_t size, const char *line)
{
	favordynmods_note(line, strlen(line), list, size);
}

static void a_hierarchy_that_is_mounted_twice_is_listed_once(void **state)
{
	char list[64] = "";

	note(list, sizeof(list), "36 31 0:33 / /a rw - cgroup cgroup rw,cpuacct,favordynmods");
	note(list, sizeof(list), "37 31 0:34 / /b rw - cgroup cgroup rw,cpu,favordynmods");
	note(list, sizeof(list), "38 31 0:33 /x /c rw - cgroup cgroup rw,cpuacct,favordynmods");
	note(list, sizeof(list), "39 31 0:35 / /d rw - cgroup2 cgroup2 rw,favordynmods");
	note(list, sizeof(list), "40 31 0:35 / /e rw - cgroup2 cgroup2 rw,favordynmods");
	assert_string_equal(list, "cpuacct,cpu,v2");
}

static void what_has_no_room_is_left_out_whole(void **state)
{
	char list[] = "cpu\0......";

	list[sizeof(list) - 1] = 'x';
	note(list, sizeof(list) - 1, "36 31 0:33 / /a rw - cgroup cgroup rw,v3,memory,favordynmods");
	assert_string_equal(list, "cpu");
	note(list, sizeof(list) - 1, "36 31 0:33 / /a rw - cgroup cgroup rw,v3,45,favordynmods");
	assert_string_equal(list, "cpu,v3,45");
	assert_int_equal(list[sizeof(list) - 1], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_adds_the_controllers_of_its_hierarchy_only_where_the_kernel_says_so),
		cmocka_unit_test(a_hierarchy_that_is_mounted_twice_is_listed_once),
		cmocka_unit_test(what_has_no_room_is_left_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
