/* Which unit a cgroup belongs to, by its path. */
#include <cgq/auto.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "unit_name.h"

struct row {
	const char *cgroup;
	enum unit_place place;
	const char *slices; /* joined by one blank */
	const char *unit, *unit_cgroup; /* NULL: none */
	const char *below;
};

static const struct row rows[] = {
	/* what is no unit's, or only looks like one */
	{ "", UNIT_ROOT, "-.slice", NULL, NULL, "" },
	{ "/", UNIT_ROOT, "-.slice", NULL, NULL, "" },
	{ "/cgq/web", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/system.slice", UNIT_STRANGE, "-.slice system.slice", NULL, NULL, "" },
	{ "/system.slice/", UNIT_STRANGE, "-.slice system.slice", NULL, NULL, "" },
	{ "//x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/docker/x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/user.slice/system-a.slice/x.service", UNIT_STRANGE, "-.slice user.slice", NULL, NULL, "" },
	{ "/system-a.slice/x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/a--b.slice/x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/-.slice/x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/@.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/a b.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/../x.service", UNIT_STRANGE, "-.slice", NULL, NULL, "" },
	{ "/system.slice/x.serviced", UNIT_STRANGE, "-.slice system.slice", NULL, NULL, "" },
	/* not to be limited for a group */
	{ "/init.scope", UNIT_INIT, "-.slice", "init.scope", "/init.scope", "" },
	{ "/system.slice/init.scope", UNIT_SCOPE, "-.slice system.slice", "init.scope", "/system.slice/init.scope", "" },
	{ "/user.slice/user-0.slice/session-1.scope", UNIT_SESSION, "-.slice user.slice user-0.slice", "session-1.scope",
	  "/user.slice/user-0.slice/session-1.scope", "" },
	{ "/user.slice/user-0.slice/user@0.service/app.slice/x.service", UNIT_USER, "-.slice user.slice user-0.slice",
	  "user@0.service", "/user.slice/user-0.slice/user@0.service", "/app.slice/x.service" },
	{ "/machine.slice/systemd-nspawn@x.service/payload", UNIT_MACHINE, "-.slice machine.slice", "systemd-nspawn@x.service",
	  "/machine.slice/systemd-nspawn@x.service", "/payload" },
	{ "/machine.slice/machine-a.scope", UNIT_MACHINE, "-.slice machine.slice", "machine-a.scope",
	  "/machine.slice/machine-a.scope", "" },
	{ "/system.slice/session-1.scope", UNIT_SCOPE, "-.slice system.slice", "session-1.scope",
	  "/system.slice/session-1.scope", "" },
	{ "/system.slice/dbus.socket", UNIT_OTHER, "-.slice system.slice", "dbus.socket", "/system.slice/dbus.socket", "" },
	/* services */
	{ "/x.service", UNIT_SERVICE, "-.slice", "x.service", "/x.service", "" },
	{ "/system.slice/mariadb.service", UNIT_SERVICE, "-.slice system.slice", "mariadb.service",
	  "/system.slice/mariadb.service", "" },
	{ "/system.slice/docker.service/sub", UNIT_SERVICE, "-.slice system.slice", "docker.service",
	  "/system.slice/docker.service", "/sub" },
	{ "/system.slice/system-postgresql.slice/postgresql@15-main.service", UNIT_SERVICE,
	  "-.slice system.slice system-postgresql.slice", "postgresql@15-main.service",
	  "/system.slice/system-postgresql.slice/postgresql@15-main.service", "" },
	{ "/system.slice/a\\x2db@c:d_e.service", UNIT_SERVICE, "-.slice system.slice", "a\\x2db@c:d_e.service",
	  "/system.slice/a\\x2db@c:d_e.service", "" },
	{ "/system.slice/_cpu.service", UNIT_SERVICE, "-.slice system.slice", "cpu.service", "/system.slice/_cpu.service", "" },
	{ "/system.slice/__x.service", UNIT_SERVICE, "-.slice system.slice", "_x.service", "/system.slice/__x.service", "" },
	{ "/a.slice/a-b.slice/a-b-c.slice/x.service", UNIT_SERVICE, "-.slice a.slice a-b.slice a-b-c.slice", "x.service",
	  "/a.slice/a-b.slice/a-b-c.slice/x.service", "" },
};

static char *slices_told(const struct unit_path *path)
{
	char *all = must_strdup("");

	for (size_t i = 0; i < path->n_slices; i++) {
		char *more = must_printf("%s%s%s", all, i ? " " : "", path->slices[i].name);

		free(all);
		all = more;
	}
	return all;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void paths_are_as_in_the_table(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct arena a = { 0 };
		struct unit_path path;
		auto_free char *slices = NULL;

		unit_path_read(&a, r->cgroup, &path);
		slices = slices_told(&path);
		if (path.place != r->place || strcmp(slices, r->slices) || !is_same(path.unit.name, r->unit) ||
		    !is_same(path.unit.cgroup, r->unit_cgroup) || strcmp(path.below, r->below))
			fail_msg("%s: place %d, %s: %s at %s below %s", r->cgroup, path.place, slices, path.unit.name,
				 path.unit.cgroup, path.below);
		arena_done(&a);
	}
}

/* There and back: what is a unit's path is where systemd puts it. */
static void a_units_cgroup_is_the_path_that_was_read(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena a = { 0 };
		struct unit_path path;

		unit_path_read(&a, rows[i].cgroup, &path);
		for (size_t s = 0; s < path.n_slices; s++)
			assert_string_equal(unit_cgroup(&a, path.slices[s].name, NULL), path.slices[s].cgroup);
		if (path.unit.name)
			assert_string_equal(unit_cgroup(&a, path.slices[path.n_slices - 1].name, path.unit.name),
					    path.unit.cgroup);
		arena_done(&a);
	}
}

static void names_that_the_kernel_could_take_for_a_file_are_escaped(void **state)
{
	static const char *const names[][2] = {
		{"cpu.service", "/_cpu.service"}, {"io.x.service", "/_io.x.service"}, {"cgroup.service", "/_cgroup.service"},
		{".x.service", "/_.x.service"}, {"_x.service", "/__x.service"}, {"cpux.service", "/cpux.service"},
		{"freezer.service", "/freezer.service"}, {"devices.service", "/_devices.service"}, {"tasks", "/_tasks"},
		{"cpu", "/cpu"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct arena a = { 0 };

		assert_string_equal(unit_cgroup(&a, "-.slice", names[i][0]), names[i][1]);
		arena_done(&a);
	}
}

static void slices_know_what_they_are_in(void **state)
{
	static const char *const parents[][2] = {
		{"a-b-c.slice", "a-b.slice"}, {"system.slice", "-.slice"}, {"-.slice", NULL}, {"a-.slice", NULL},
		{"-a.slice", NULL}, {"a--b.slice", NULL}, {"x.service", NULL}, {"a@b.slice", NULL}, {"", NULL}, {".slice", NULL},
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(parents); i++)
		assert_true(is_same(unit_slice_parent(&a, parents[i][0]), parents[i][1]));
	assert_null(unit_cgroup(&a, "a--b.slice", "x.service"));
	assert_string_equal(unit_cgroup(&a, "-.slice", NULL), "");
	arena_done(&a);
}

static void names_have_systemds_limits(void **state)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	strcpy(name + 248, ".service");
	assert_false(unit_name_is_valid(name));
	assert_true(unit_name_is_valid(name + 1));
	assert_false(unit_name_is_valid(""));
	assert_false(unit_name_is_valid("a/b.service"));
	assert_false(unit_name_is_valid("a\n.service"));
	assert_false(unit_name_is_valid("a.timer"));
	assert_true(unit_name_is_valid("a@.service"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_as_in_the_table),
		cmocka_unit_test(a_units_cgroup_is_the_path_that_was_read),
		cmocka_unit_test(names_that_the_kernel_could_take_for_a_file_are_escaped),
		cmocka_unit_test(slices_know_what_they_are_in),
		cmocka_unit_test(names_have_systemds_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
