/* A unit's drop-in and control files: hostile names first; what is written, replaced, and left as it was. */
#include "unit_room.h"

#include "unit_own.h"

#define UNIT	"a-b@c\\x2dd.service"
#define DROPIN	"system/" UNIT ".d/" UNIT_FILE_NAME
#define CONTROL "system.control/" UNIT ".d"

static struct arena lists; /* of values */

static struct value number(uint64_t n)
{
	return (struct value){.kind = VALUE_NUMBER, .number = n};
}

static void no_name_leads_out_of_the_folder(void **state)
{
	static const char *const names[] = {
		"", ".", "..", "/", "../x.service", "a/b.service", "a.service/..", ".service", "a b.service", "a\n.service", "a",
		"a.timer", "a.service ", "\xc3\xa4.service",
	};
	char longest[300];
	struct unit_setting one = {KNOB_TASKS_MAX, number(5)};
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_false(unit_name_ok(names[i]));
		assert_int_equal(unit_file_put(&folders, names[i], &one, 1, &e), -EINVAL);
		assert_int_equal(unit_file_take(&folders, names[i], ~0U, &e), -EINVAL);
		assert_int_equal(unit_folders_drop(&folders, names[i], (struct unit_folders_stand){0}, &e), -EINVAL);
	}
	memset(longest, 'a', sizeof(longest));
	strcpy(longest + 246, ".service");
	assert_false(unit_name_ok(longest));
	strcpy(longest + 245, ".service");
	assert_true(unit_name_ok(longest));
	assert_int_equal(unit_file_put(&folders, longest, &one, 1, &e), 0);
	assert_true(unit_name_ok(UNIT));
	assert_true(unit_name_ok("-.slice"));
}

static void a_drop_in_says_who_why_and_how_to_be_rid_of_it(void **state)
{
	struct unit_setting list[] = {
		{KNOB_TASKS_MAX, number(5)},
		{KNOB_CPU_MAX, {.kind = VALUE_QUOTA, .number = 33333, .period = 100000}},
		{KNOB_CPUS, {.kind = VALUE_LIST, .list = "0-1"}},
	};
	auto_free char *text = unit_file_text("x.slice", list, 3);

	assert_non_null(strstr(text, "cgqd"));
	assert_non_null(strstr(text, "cgq reset"));
	assert_non_null(strstr(text, "\n[Slice]\nCPUQuota=33.33%\nAllowedCPUs=\nAllowedCPUs=0-1\nTasksMax=5\n"));
	assert_null(unit_file_text("x.slice", list, 0));
}

static void knobs_come_beside_those_that_stand_there(void **state)
{
	struct unit_setting tasks = {KNOB_TASKS_MAX, number(5)}, weight = {KNOB_CPU_WEIGHT, number(300)}, idle = {KNOB_CPU_IDLE, number(1)};
	struct stat st;
	uint32_t knobs;
	struct err e;

	umask(077);
	assert_int_equal(unit_file_put(&folders, UNIT, &tasks, 1, &e), 0);
	assert_int_equal(unit_file_put(&folders, UNIT, &weight, 1, &e), 0);
	umask(022);
	assert_non_null(strstr(text_of(DROPIN), "[Service]\nCPUWeight=300\nTasksMax=5\n"));
	assert_int_equal(stat(path_in(DROPIN), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(path_in("system/" UNIT ".d"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(unit_file_put(&folders, UNIT, &idle, 1, &e), 0);
	assert_non_null(strstr(text_of(DROPIN), "[Service]\nCPUWeight=idle\nTasksMax=5\n"));
	assert_int_equal(unit_file_look(&folders, UNIT, &knobs, &e), 0);
	assert_int_equal(knobs, 1U << KNOB_CPU_WEIGHT | 1U << KNOB_CPU_IDLE | 1U << KNOB_TASKS_MAX);
	assert_int_equal(unit_file_take(&folders, UNIT, 1U << KNOB_CPU_IDLE, &e), 0);
	assert_non_null(strstr(text_of(DROPIN), "[Service]\nTasksMax=5\n"));
	assert_int_equal(unit_file_take(&folders, UNIT, 1U << KNOB_TASKS_MAX, &e), 0);
	assert_false(is_there(DROPIN));
	assert_int_equal(unit_file_take(&folders, UNIT, 1U << KNOB_TASKS_MAX, &e), 0);
}

/* systemd compares times, and says that files have changed. */
static void what_says_so_already_is_not_written_again(void **state)
{
	struct unit_setting tasks = {KNOB_TASKS_MAX, number(5)};
	struct stat before, after;
	struct err e;

	assert_int_equal(unit_file_put(&folders, UNIT, &tasks, 1, &e), 0);
	assert_int_equal(stat(path_in(DROPIN), &before), 0);
	assert_int_equal(unit_file_put(&folders, UNIT, &tasks, 1, &e), 0);
	assert_int_equal(stat(path_in(DROPIN), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	tasks.value.number = 6;
	assert_int_equal(unit_file_put(&folders, UNIT, &tasks, 1, &e), 0);
	assert_int_equal(stat(path_in(DROPIN), &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
}

static void foreign_lines_and_what_a_dead_daemon_left_go_with_the_next_change(void **state)
{
	struct unit_setting tasks = {KNOB_TASKS_MAX, number(5)};
	auto_free char *clean = unit_file_text(UNIT, &tasks, 1);
	struct err e;

	folder_put("system/" UNIT ".d");
	text_put(DROPIN, "[Service]\nExecStart=/bin/false\nTasksMax=9\nTasksMaximum=4\n TasksMax=3\n");
	text_put("system/" UNIT ".d/." UNIT_FILE_NAME ".cgq", "half");
	assert_int_equal(unit_file_put(&folders, UNIT, &tasks, 1, &e), 0);
	assert_string_equal(text_of(DROPIN), clean);
	assert_false(is_there("system/" UNIT ".d/." UNIT_FILE_NAME ".cgq"));
}

static void a_control_file_is_as_it_was_to_the_byte(void **state)
{
	struct kept_file before, none = {0};
	struct err e;

	assert_int_equal(control_file_read(&folders, UNIT, KNOB_CPU_MAX, &before, &e), 0);
	assert_false(before.stands);
	folder_put("system.control");
	folder_put(CONTROL);
	text_put(CONTROL "/50-CPUQuota.conf", "[Service]\n\tCPUQuota=1%\\ \x01\n");
	assert_int_equal(control_file_read(&folders, UNIT, KNOB_CPU_MAX, &before, &e), 0);
	assert_true(before.stands);
	text_put(CONTROL "/50-CPUQuota.conf", "ours");
	text_put(CONTROL "/50-CPUWeight.conf", "another's");
	assert_int_equal(control_file_restore(&folders, UNIT, KNOB_CPU_MAX, &before, &e), 0);
	assert_string_equal(text_of(CONTROL "/50-CPUQuota.conf"), "[Service]\n\tCPUQuota=1%\\ \x01\n");
	assert_int_equal(control_file_restore(&folders, UNIT, KNOB_CPU_MAX, &none, &e), 0);
	assert_false(is_there(CONTROL "/50-CPUQuota.conf"));
	assert_string_equal(text_of(CONTROL "/50-CPUWeight.conf"), "another's");
	kept_file_done(&before);
}

static void what_cannot_be_kept_is_not_begun(void **state)
{
	struct kept_file before;
	struct err e;

	folder_put("system.control");
	folder_put(CONTROL);
	text_put(CONTROL "/50-CPUQuota.conf", "");
	assert_int_equal(truncate(path_in(CONTROL "/50-CPUQuota.conf"), CONTROL_FILE_MAX_BYTES + 1), 0);
	assert_int_equal(control_file_read(&folders, UNIT, KNOB_CPU_MAX, &before, &e), -EFBIG);
	assert_int_equal(symlink("/etc/hostname", path_in(CONTROL "/50-CPUWeight.conf")), 0);
	assert_int_equal(control_file_read(&folders, UNIT, KNOB_CPU_WEIGHT, &before, &e), -ELOOP);
	folder_put(CONTROL "/50-TasksMax.conf");
	assert_int_equal(control_file_read(&folders, UNIT, KNOB_TASKS_MAX, &before, &e), -EINVAL);
}

static void folders_go_when_they_are_empty_and_came_with_us(void **state)
{
	struct unit_folders_stand stood, now;
	struct err e;

	assert_int_equal(unit_folders_look(&folders, UNIT, &stood, &e), 0);
	assert_false(stood.system || stood.control || stood.root);
	folder_put("system/" UNIT ".d");
	folder_put("system.control");
	folder_put(CONTROL);
	text_put(CONTROL "/x", "");
	assert_int_equal(unit_folders_drop(&folders, UNIT, stood, &e), 0);
	assert_false(is_there("system/" UNIT ".d"));
	assert_true(is_there(CONTROL "/x"));
	unlink(path_in(CONTROL "/x"));
	assert_int_equal(unit_folders_look(&folders, UNIT, &now, &e), 0);
	assert_true(now.control && now.root);
	assert_int_equal(unit_folders_drop(&folders, UNIT, now, &e), 0);
	assert_true(is_there(CONTROL));
	assert_int_equal(unit_folders_drop(&folders, UNIT, stood, &e), 0);
	assert_false(is_there("system.control"));
}

static void a_units_own_files_say_what_it_has_without_us(void **state)
{
	static const struct {
		enum knob knob;
		const char *text;
		struct value is;
	} rows[] = {
		{KNOB_MEMORY_MAX, "MemoryMax=1G\n", {.kind = VALUE_NUMBER, .number = 1U << 30}},
		{KNOB_MEMORY_MAX, " MemoryMax = 512M \n", {.kind = VALUE_NUMBER, .number = 512U << 20}},
		{KNOB_MEMORY_MAX, "MemoryMax=1G\nMemoryMax=infinity", {.kind = VALUE_MAX}},
		{KNOB_MEMORY_MAX, "MemoryMax=1G\nMemoryMax=\n", {.kind = VALUE_NUMBER, .number = 7}},
		{KNOB_MEMORY_MAX, "#MemoryMax=1G\n;MemoryMax=1G\nMemoryMaxi=3\nXMemoryMax=4\n", {.kind = VALUE_NUMBER, .number = 7}},
		{KNOB_MEMORY_MAX, "MemoryMax=10%\nMemoryMax=x\nMemoryMax=-1\n", {.kind = VALUE_NUMBER, .number = 7}},
		{KNOB_CPU_MAX, "CPUQuota=12.5%", {.kind = VALUE_QUOTA, .number = 125000, .period = 1000000}},
		{KNOB_CPU_MAX, "CPUQuota=12", {.kind = VALUE_NUMBER, .number = 7}},
		{KNOB_CPU_WEIGHT, "CPUWeight=idle", {.kind = VALUE_NUMBER, .number = 0}},
		{KNOB_CPU_WEIGHT, "CPUWeight=300", {.kind = VALUE_NUMBER, .number = 300}},
		{KNOB_CPUS, "AllowedCPUs=0-1 4\nAllowedCPUs=6,7", {.kind = VALUE_LIST, .list = "0-1,4,6-7"}},
		{KNOB_CPUS, "AllowedCPUs=0-1 4\nAllowedCPUs=\nAllowedCPUs=6", {.kind = VALUE_LIST, .list = "6"}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value fallback = number(7), v = rows[i].is.kind == VALUE_LIST ? (struct value){.kind = VALUE_LIST} : fallback;

		unit_own_read(rows[i].text, rows[i].knob, &fallback, &lists, &v);
		if (!value_equal(&v, &rows[i].is))
			fail_msg("row %zu: kind %d number %llu list '%s'", i, v.kind, (unsigned long long)v.number, v.list);
	}
}

static void of_a_units_files_ours_are_left_out(void **state)
{
	auto_free char *fragment = NULL, *own = NULL, *ours = NULL, *control = NULL;
	struct value v = number(7);
	struct unit_props p = {0};

	folder_put("system/" UNIT ".d");
	folder_put("system.control");
	text_put("fragment", "[Service]\nTasksMax=1\n");
	text_put("system/" UNIT ".d/10-own.conf", "[Service]\nTasksMax=2\n");
	text_put(DROPIN, "[Service]\nTasksMax=3\n");
	text_put("system.control/50-TasksMax.conf", "[Service]\nTasksMax=4\n");
	fragment = must_strdup(path_in("fragment"));
	own = must_strdup(path_in("system/" UNIT ".d/10-own.conf"));
	ours = must_strdup(path_in(DROPIN));
	control = must_strdup(path_in("system.control/50-TasksMax.conf"));
	p.fragment = fragment;
	p.dropins = (const char *[]){own, control, ours};
	p.n_dropins = 3;
	unit_own_value(&folders, &p, KNOB_TASKS_MAX, &lists, &v);
	assert_int_equal(v.number, 2);
	p.n_dropins = 0;
	unit_own_value(&folders, &p, KNOB_TASKS_MAX, &lists, &v);
	assert_int_equal(v.number, 1);
	p.fragment = "";
	v = number(7);
	unit_own_value(&folders, &p, KNOB_TASKS_MAX, &lists, &v);
	assert_int_equal(v.number, 7);
}

#define in_room(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(no_name_leads_out_of_the_folder),
		in_room(a_drop_in_says_who_why_and_how_to_be_rid_of_it),
		in_room(knobs_come_beside_those_that_stand_there),
		in_room(what_says_so_already_is_not_written_again),
		in_room(foreign_lines_and_what_a_dead_daemon_left_go_with_the_next_change),
		in_room(a_control_file_is_as_it_was_to_the_byte),
		in_room(what_cannot_be_kept_is_not_begun),
		in_room(folders_go_when_they_are_empty_and_came_with_us),
		in_room(a_units_own_files_say_what_it_has_without_us),
		in_room(of_a_units_files_ours_are_left_out),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
