/* Laws of /proc/PID/cgroup: which path is of which hierarchy, and which unit it names. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "proc_parse.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* NULL where NULL is expected */
static void assert_text(const char *got, const char *wanted)
{
	if (!got || !wanted)
		assert_ptr_equal(got, wanted);
	else
		assert_string_equal(got, wanted);
}

/* Index 0: cpu with cpuacct; 1: memory; 2: v2 with pids. */
static const struct machine hybrid = {
	.hierarchies = {
		{.version = 1, .controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT)},
		{.version = 1, .controllers = CONTROLLER_BIT(MEMORY)},
		{.version = 2, .controllers = CONTROLLER_BIT(PIDS)},
	},
	.n_hierarchies = 3,
};

static void a_damaged_cgroup_file_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{BYTES("")},
		{BYTES("\n")},
		{BYTES("0::")},
		{BYTES("0:/x\n")},
		{BYTES("0::x\n")},
		{BYTES("x::/\n")},
		{BYTES("-1::/\n")},
		{BYTES("4:memory:/a\n3:cp")},
		{BYTES("0::/a\0b\n")},
		{BYTES("0::/a\n\n")},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {.cgroups = {must_strdup("/before")}};

		assert_int_equal(proc_parse_cgroup(rows[i].text, rows[i].len, &hybrid, &f), -EBADMSG);
		assert_string_equal(f.cgroups[0], "/before");
		assert_null(f.manager_cgroup);
		proc_facts_done(&f);
	}
}

static void every_path_goes_to_the_hierarchy_of_its_controllers(void **state)
{
	static const struct {
		const char *text;
		const char *paths[3];
		const char *manager, *unit;
	} rows[] = {
		{"0::/\n", {NULL, NULL, "/"}, "/", NULL},
		{"9:name=systemd:/\n4:memory:/web\n1:cpuacct,cpu:/a\n0::/b\n", {"/a", "/web", "/b"}, "/", NULL},
		{"2:cpu:/a\n3:cpuacct:/a2\n", {"/a", NULL, NULL}, NULL, NULL},
		{"5:freezer:/x\n6:net_cls,net_prio:/x\n", {NULL, NULL, NULL}, NULL, NULL},
		{"4:memory:/with:colons:in it\n", {NULL, "/with:colons:in it", NULL}, NULL, NULL},
		{"0::/../above\n", {NULL, NULL, "/../above"}, "/../above", NULL},
		{"4:cpumemory:/x\n", {NULL, NULL, NULL}, NULL, NULL},
		{"0::/system.slice/mariadb.service\n", {NULL, NULL, "/system.slice/mariadb.service"},
		 "/system.slice/mariadb.service", "mariadb.service"},
		{"1:name=systemd:/system.slice/a.service/sub\n0::/x.service\n", {NULL, NULL, "/x.service"},
		 "/system.slice/a.service/sub", "a.service"},
		{"0::/user.slice/user-1.slice/user@1.service/app.slice/app-x.scope",
		 {NULL, NULL, "/user.slice/user-1.slice/user@1.service/app.slice/app-x.scope"},
		 "/user.slice/user-1.slice/user@1.service/app.slice/app-x.scope", "app-x.scope"},
		{"0::/a.slice/a-b.slice/c\n", {NULL, NULL, "/a.slice/a-b.slice/c"}, "/a.slice/a-b.slice/c", "a-b.slice"},
		{"0::/s.slice/_cpu.service\n", {NULL, NULL, "/s.slice/_cpu.service"}, "/s.slice/_cpu.service", "cpu.service"},
		{"0::/.service\n", {NULL, NULL, "/.service"}, "/.service", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_facts f = {0};

		assert_int_equal(proc_parse_cgroup(rows[i].text, strlen(rows[i].text), &hybrid, &f), 0);
		for (size_t h = 0; h < 3; h++)
			assert_text(f.cgroups[h], rows[i].paths[h]);
		assert_text(f.manager_cgroup, rows[i].manager);
		assert_text(f.unit, rows[i].unit);
		proc_facts_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_cgroup_file_is_refused_and_changes_nothing),
		cmocka_unit_test(every_path_goes_to_the_hierarchy_of_its_controllers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
