/* List, and how each group stands. */
#include "world.h"

#include <errno.h>

static json_t *row_of(json_t *list, const char *group)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(list, "groups"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "group")), group))
			return row;
	red("no row for %s\n", group);
	return NULL;
}

static void expect_state(struct world *w, const char *group, const char *state, const char *reason)
{
	json_t *list = report_list(&w->v), *row = row_of(list, group);
	const char *is = json_string_value(json_object_get(row, "state"));
	const char *why = json_string_value(json_object_get(row, "reason"));

	if (strcmp(is, state) || (reason ? !why || !strstr(why, reason) : why != NULL))
		red("%s is '%s' (%s), not '%s' (%s)\n", group, is, why ? why : "-", state, reason ? reason : "-");
	json_decref(list);
}

static void what_is_as_wanted_is_ok(void **state)
{
	expect_state(*state, "web", "ok", NULL);
	expect_state(*state, "web/php", "ok", NULL);
	expect_state(*state, "batch", "passive", "enforce = no");
}

static void what_differs_is_drift_and_says_both_values(void **state)
{
	struct world *w = *state;

	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 7;
	expect_state(w, "web", "drift", "pids.max: 7 in force, 100 wanted");
	expect_state(w, "web/php", "ok", NULL);
}

static void what_is_fought_over_is_drift_though_it_looks_well_just_now(void **state)
{
	struct world *w = *state;
	const struct trouble drifts[] = {
		{ GROUP_NONE, (char *)"the tree: nobody's state" },
		{ policy_group(w->choice.policy, "web/php"), (char *)"web/php pids.max: changed 12 times" },
		{ 99, (char *)"of a group that is gone" },
	};

	w->v.drifts = drifts;
	w->v.n_drifts = 3;
	expect_state(w, "web/php", "drift", "pids.max: changed 12 times");
	expect_state(w, "web", "ok", NULL);
	w->v.drifts = NULL;
	w->v.n_drifts = 0;
}

static void a_default_that_someone_changed_is_drift_too(void **state)
{
	struct world *w = *state;

	world_seen(w, "web/php")->values[KNOB_TASKS_MAX] = (struct value){ .kind = VALUE_NUMBER, .number = 7 };
	expect_state(w, "web/php", "drift", "pids.max: 7 in force, max wanted");
}

/* Its tree is as old as the last verification; what the row shows is read now, and the two must not disagree. */
static void list_sees_drift_that_the_tree_does_not_know_yet(void **state)
{
	struct world *w = *state;

	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.shares", "20480\n");
	expect_state(w, "web", "drift", "cpu.shares: 20480 in force, 40960 wanted");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.shares", "40960\n");
	expect_state(w, "web", "ok", NULL);
	dir_put(w->t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "4096\n");
	expect_state(w, "web", "drift", "memory.limit_in_bytes: 4.0K in force, 128M wanted");
	dir_put(w->t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "134221824\n"); /* both would read 128M */
	expect_state(w, "web", "drift", "memory.limit_in_bytes: 134221824 in force, 134217728 wanted");
}

static void the_leaf_of_a_group_counts_as_the_group(void **state)
{
	struct world *w = *state;

	world_seen(w, "web/_self")->values[KNOB_CPU_WEIGHT].number = 2;
	expect_state(w, "web", "drift", "cpu.shares");
}

static void a_cgroup_that_is_gone_is_drift(void **state)
{
	struct world *w = *state;

	/* sorted: "", web, web/_self, web/php */
	w->tree.n = 3;
	expect_state(w, "web/php", "drift", "is not there");
}

static struct refusal refusal(const char *path, enum knob k, const char *text, uint64_t left, int error)
{
	return (struct refusal){ .path = (char *)path, .knob = k, .text = (char *)text, .error = error,
				 .left = { .kind = VALUE_NUMBER, .number = left } };
}

static void what_the_kernel_refuses_is_not_in_force(void **state)
{
	struct world *w = *state;
	struct refusal list[] = { refusal("web", KNOB_TASKS_MAX, "100", 7, 0) };

	w->refusals = (struct refusals){ list, 1, 1 };
	expect_state(w, "web", "ok", NULL); /* an old refusal of what is in force now says nothing */
	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 7;
	expect_state(w, "web", "not in force", "pids.max: kernel keeps 7 instead of 100");
	list[0].error = EINVAL;
	expect_state(w, "web", "not in force", "pids.max: the kernel refused 100: Invalid argument");
	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 8; /* someone else wrote since */
	expect_state(w, "web", "drift", "8 in force");
}

static void what_cannot_be_had_is_not_in_force(void **state)
{
	struct world *w = *state;

	world_put_file(w, "60-more.conf", "[web]\nmemory.low = 16M\n");
	world_choose(w);
	world_apply(w);
	expect_state(w, "web", "not in force", "memory.low: cgroup v1 has no memory.low");
}

static void a_machine_without_cgroups_enforces_nothing_and_says_so(void **state)
{
	struct world *w = *state;

	strcpy(w->t->m.refusal, "no hierarchy to be had");
	world_apply(w);
	expect_state(w, "web", "not in force", "no hierarchy to be had");
	expect_state(w, "batch", "passive", "enforce = no");
}

static void a_trouble_is_not_in_force(void **state)
{
	struct world *w = *state;

	w->troubles[0] = (struct trouble){ policy_group(w->choice.policy, "web"), (char *)"web: pid 7 stays out" };
	w->troubles[1] = (struct trouble){ GROUP_NONE, (char *)"the tree" };
	w->v.n_troubles = 2;
	expect_state(w, "web", "not in force", "pid 7 stays out");
	expect_state(w, "web/php", "ok", NULL);
}

static void shrinking_says_both_numbers_and_comes_before_not_in_force(void **state)
{
	struct world *w = *state;

	w->troubles[0] = (struct trouble){ policy_group(w->choice.policy, "web"), (char *)"trouble" };
	w->v.n_troubles = 1;
	w->shrinking[0] = (struct shrinking){ (char *)"web", KNOB_MEMORY_MAX, 1ULL << 27, 1825361101 };
	w->v.n_shrinking = 1;
	expect_state(w, "web", "not in force", "trouble"); /* landed meanwhile: nothing shrinks */
	world_seen(w, "web")->values[KNOB_MEMORY_MAX].number = 1ULL << 32;
	dir_put(w->t, CONTROLLER_MEMORY, "/cgq/web", "memory.limit_in_bytes", "4294967296\n");
	expect_state(w, "web", "shrinking", "memory: in use 1.7G > wanted 128M");
	w->shrinking[0].use_bytes = (1ULL << 27) + 1;
	expect_state(w, "web", "shrinking", "in use 134217729 > wanted 134217728 bytes");
	w->shrinking[0].use_bytes = UINT64_MAX;
	expect_state(w, "web", "shrinking", "in use - > wanted 128M");
}

static void a_refused_file_is_told_before_all(void **state)
{
	struct world *w = *state;
	json_t *list;

	world_put_file(w, "50-web.conf", "[web]\ncpu = 4000 apples\n");
	world_choose(w);
	assert_int_equal(w->choice.n_refused, 1);
	assert_true(w->choice.refused[0].kept);
	world_apply(w);
	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 7;
	expect_state(w, "web", "refused file", "50-web.conf is refused; its last good version is in force");
	list = report_list(&w->v);
	assert_json(list, "refused[0].kept", "true");
	json_decref(list);
	expect_state(w, "batch", "refused file", "50-web.conf");
}

static void a_group_without_a_part_in_the_refused_file_does_not_care(void **state)
{
	struct world *w = *state;

	world_put_file(w, "40-other.conf", "[other]\nmatch = name:other\n");
	world_choose(w);
	world_put_file(w, "50-web.conf", "[web]\nnonsense\n");
	world_choose(w);
	world_apply(w);
	expect_state(w, "other", "ok", NULL);
	expect_state(w, "web", "refused file", "50-web.conf");
}

static void a_passive_daemon_says_why(void **state)
{
	struct world *w = *state;

	w->v.passive = true;
	w->v.passive_reason = "cgq reset at 12:03:11";
	world_apply(w);
	expect_state(w, "web", "passive", "cgq reset at 12:03:11");
}

static void a_group_that_was_given_back_is_passive_until_a_reload(void **state)
{
	struct world *w = *state;

	w->choice.policy->groups[policy_group(w->choice.policy, "web")].enforce = false;
	w->choice.policy->groups[policy_group(w->choice.policy, "web/php")].enforce = false;
	world_apply(w);
	expect_state(w, "web/php", "passive", "cgq reset");
}

static void a_row_is_what_is_in_force(void **state)
{
	struct world *w = *state;
	json_t *list, *row;

	dir_put(w->t, CONTROLLER_MEMORY, "/cgq/web", "memory.usage_in_bytes", "4096\n");
	list = report_list(&w->v);
	row = row_of(list, "web");
	assert_json(row, "cpu_percent", "null");
	assert_json(row, "cpu_min_percent", "40.0");
	assert_json(row, "cpu_max_percent", "100.0");
	assert_json(row, "memory_bytes", "4096");
	assert_json(row, "memory_max_bytes", "134217728");
	assert_json(row, "io_bytes_per_second", "null");
	assert_json(row, "pressure_percent", "null");
	row = row_of(list, "web/php");
	assert_json(row, "cpu_min_percent", "20.0");
	assert_json(row, "cpu_max_percent", "50.0");
	assert_json(row, "memory_max_bytes", "-1");
	row = row_of(list, "batch");
	assert_json(row, "cpu_min_percent", "null");
	assert_json(row, "cpu_max_percent", "null");
	assert_json(row, "memory_max_bytes", "null");
	assert_json(row, "throttled_percent", "null");
	json_decref(list);
}

/* Not what is wanted: what is there. */
static void shares_are_computed_from_what_is_read_back(void **state)
{
	struct world *w = *state;
	json_t *list;

	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.shares", "20480\n");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web", "cpu.cfs_quota_us", "-1\n");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web/php", "cpu.cfs_quota_us", "x\n");
	list = report_list(&w->v);
	assert_json(row_of(list, "web"), "cpu_max_percent", "-1");
	assert_json(row_of(list, "web"), "cpu_min_percent", "20.0");
	assert_json(row_of(list, "web/php"), "cpu_min_percent", "10.0");
	assert_json(row_of(list, "web/php"), "cpu_max_percent", "null");
	json_decref(list);
}

static void processes_of_a_parent_include_its_childrens(void **state)
{
	struct world *w = *state;
	json_t *list;

	dir_put(w->t, CONTROLLER_CPU, "/cgq/web/_self", "cgroup.procs", "1\n2\n");
	dir_put(w->t, CONTROLLER_CPU, "/cgq/web/php", "cgroup.procs", "3\n");
	list = report_list(&w->v);
	assert_json(row_of(list, "web"), "procs", "3");
	assert_json(row_of(list, "web/php"), "procs", "1");
	assert_json(row_of(list, "batch"), "procs", "0");
	assert_json(list, "outside.group", "\"outside\"");
	assert_json(list, "outside.cpu_max_percent", "null");
	assert_json(list, "outside.memory_max_bytes", "null");
	json_decref(list);
}

static void members_of_a_passive_group_are_counted(void **state)
{
	struct world *w = *state;
	pid_t pid = start_sleeping("batch");
	json_t *list;

	world_member(w, pid, "batch");
	list = report_list(&w->v);
	assert_json(row_of(list, "batch"), "procs", "1");
	json_decref(list);
	stop_sleeping(pid);
}

/* All keys of a row but its lists; one that nobody knows is no fault. */
static json_t *keys_of(json_t *row)
{
	json_t *keys = json_pack("[s]", "colour"), *value;
	const char *key;

	json_object_foreach(row, key, value)
		if (strcmp(key, "units") && strcmp(key, "processes"))
			json_array_append_new(keys, json_string(key));
	return keys;
}

static void expect_column(const char *key, json_t *column, json_t *groups)
{
	bool known = false;
	json_t *row;
	size_t i;

	json_array_foreach(groups, i, row) {
		json_t *value = json_object_get(row, key);

		known = known || !json_is_null(value);
		if (!json_is_null(column) && !json_equal(json_array_get(column, i), value))
			red("%s of row %zu is not as in List\n", key, i);
	}
	if (json_is_null(column) ? known : !known || json_array_size(column) != json_array_size(groups))
		red("%s is not known, or not of every group\n", key);
}

/* What is outside is the rest of this machine, and another moment has other numbers. */
static void expect_alike(json_t *one, json_t *other)
{
	const char *key;
	json_t *value;

	assert_int_equal(json_object_size(one), json_object_size(other));
	json_object_foreach(one, key, value)
		if (!json_object_get(other, key) || json_is_null(value) != json_is_null(json_object_get(other, key)))
			red("%s of outside is not as in List\n", key);
}

static void columns_say_what_rows_say(void **state)
{
	struct world *w = *state;
	json_t *list, *keys, *o, *columns, *key;
	size_t i;

	world_seen(w, "web")->values[KNOB_TASKS_MAX].number = 7; /* so that there is a reason */
	list = report_list(&w->v);
	keys = keys_of(json_array_get(json_object_get(list, "groups"), 0));
	o = report_list_columns(&w->v, keys);
	columns = json_object_get(o, "groups");
	assert_int_equal(json_object_size(columns), json_array_size(keys) - 1);
	json_array_foreach(keys, i, key)
		if (i > 0)
			expect_column(json_string_value(key), json_object_get(columns, json_string_value(key)), json_object_get(list, "groups"));
	expect_alike(json_object_get(o, "outside"), json_object_get(list, "outside"));
	assert_int_equal(json_equal(json_object_get(o, "refused"), json_object_get(list, "refused")), 1);
	json_decref(o);
	json_decref(keys);
	json_decref(list);
}

static void a_column_that_nobody_asked_for_is_null(void **state)
{
	struct world *w = *state;
	json_t *keys = json_pack("[s,s]", "state", "io_bytes_per_second"), *o = report_list_columns(&w->v, keys);

	assert_json(o, "groups.state[1]", "\"ok\"");
	assert_json(o, "groups.procs", "null");
	assert_json(o, "groups.io_bytes_per_second", "null"); /* no group has any */
	json_decref(o);
	json_decref(keys);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, world_new, world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_as_wanted_is_ok),
		TEST(what_differs_is_drift_and_says_both_values),
		TEST(what_is_fought_over_is_drift_though_it_looks_well_just_now),
		TEST(a_default_that_someone_changed_is_drift_too),
		TEST(list_sees_drift_that_the_tree_does_not_know_yet),
		TEST(the_leaf_of_a_group_counts_as_the_group),
		TEST(a_cgroup_that_is_gone_is_drift),
		TEST(what_the_kernel_refuses_is_not_in_force),
		TEST(what_cannot_be_had_is_not_in_force),
		TEST(a_machine_without_cgroups_enforces_nothing_and_says_so),
		TEST(a_trouble_is_not_in_force),
		TEST(shrinking_says_both_numbers_and_comes_before_not_in_force),
		TEST(a_refused_file_is_told_before_all),
		TEST(a_group_without_a_part_in_the_refused_file_does_not_care),
		TEST(a_passive_daemon_says_why),
		TEST(a_group_that_was_given_back_is_passive_until_a_reload),
		TEST(a_row_is_what_is_in_force),
		TEST(shares_are_computed_from_what_is_read_back),
		TEST(processes_of_a_parent_include_its_childrens),
		TEST(members_of_a_passive_group_are_counted),
		TEST(columns_say_what_rows_say),
		TEST(a_column_that_nobody_asked_for_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
