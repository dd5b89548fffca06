/* Plans for units against a systemd of the test's own: the order of deeds, every point at which it can go wrong, and the way back. */
#include "unit_fake.h"

static bool all_are(enum unit_outcome outcome)
{
	for (size_t i = 0; i < n_outcomes; i++)
		if (outcomes[i].outcome != outcome)
			return false;
	return n_outcomes > 0;
}

/* What another daemon would find, were this one killed now. */
static size_t stored(void)
{
	struct unit_store s = {0};
	size_t n = 0;

	assert_int_equal(unit_store_load(state_fd, &s, NULL), 0);
	for (size_t i = 0; i < s.n; i++)
		n += s.list[i]->n;
	unit_store_done(&s);
	return n;
}

static void all_stands_before_systemd_is_told(void)
{
	assert_int_equal(stored(), 2);
	assert_non_null(strstr(text_of(DROPIN), "MemoryMax=8192\nTasksMax=5\n"));
}

static void store_and_drop_in_stand_before_systemd_is_told(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_MEMORY_MAX, 8192), set_of(KNOB_TASKS_MAX, 5)};

	fake.before_set = all_stands_before_systemd_is_told;
	assert_int_equal(plan_run(plan, 2), 0);
	assert_int_equal(n_outcomes, 2);
	assert_true(all_are(APPLIED_DONE));
	assert_int_equal(fake.sets, 1);
	assert_int_equal(fake.set[KNOB_TASKS_MAX].number, 5);
}

static void what_was_there_stands_again(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_MEMORY_MAX, 8192), set_of(KNOB_TASKS_MAX, 5)};
	struct unit_action back[] = {back_of(KNOB_MEMORY_MAX), back_of(KNOB_TASKS_MAX)};

	fake.set[KNOB_MEMORY_MAX] = number(4096);
	folder_put("system.control");
	folder_put(CONTROL);
	text_put(CONTROL "/50-MemoryMax.conf", "a person's\n");
	assert_int_equal(plan_run(plan, 2), 0);
	assert_string_equal(text_of(CONTROL "/50-MemoryMax.conf"), "systemd's\n");
	assert_int_equal(plan_run(plan, 1), 0); /* again: what was before stays */
	unit_store_done(&store);
	assert_int_equal(unit_store_load(state_fd, &store, NULL), 0); /* another daemon */
	assert_int_equal(plan_run(back, 2), 0);
	assert_true(all_are(APPLIED_DONE));
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 4096);
	assert_int_equal(fake.set[KNOB_TASKS_MAX].kind, VALUE_MAX);
	assert_string_equal(text_of(CONTROL "/50-MemoryMax.conf"), "a person's\n");
	assert_false(is_there(CONTROL "/50-TasksMax.conf"));
	assert_false(is_there("system/" UNIT ".d"));
	assert_int_equal(stored(), 0);
}

static void where_nothing_can_be_kept_nothing_is_begun(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5)};

	folder_put("units"); /* a folder where the file is to be */
	assert_true(plan_run(plan, 1) < 0);
	assert_true(all_are(APPLIED_REFUSED));
	assert_int_equal(fake.sets, 0);
	assert_false(is_there("system/" UNIT ".d"));
}

static void what_is_too_long_to_be_kept_is_left_alone(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5), set_of(KNOB_MEMORY_MAX, 8192)};

	folder_put("system.control");
	folder_put(CONTROL);
	text_put(CONTROL "/50-TasksMax.conf", "");
	assert_int_equal(truncate(path_in(CONTROL "/50-TasksMax.conf"), CONTROL_FILE_MAX_BYTES + 1), 0);
	assert_int_equal(plan_run(plan, 2), 0);
	assert_int_equal(outcomes[0].outcome, APPLIED_REFUSED);
	assert_int_equal(outcomes[0].error, EFBIG);
	assert_int_equal(outcomes[1].outcome, APPLIED_DONE);
	assert_int_equal(fake.set[KNOB_TASKS_MAX].kind, VALUE_MAX);
}

static void one_that_is_refused_spoils_no_other(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5), set_of(KNOB_MEMORY_MAX, 8192)};

	fake.refuses = 1U << KNOB_TASKS_MAX;
	assert_int_equal(plan_run(plan, 2), 0);
	assert_int_equal(outcomes[0].outcome, APPLIED_REFUSED);
	assert_int_equal(outcomes[0].error, EINVAL);
	assert_string_equal(outcomes[0].text, "out of range");
	assert_int_equal(outcomes[1].outcome, APPLIED_DONE);
	assert_null(strstr(text_of(DROPIN), "TasksMax"));
	assert_non_null(strstr(text_of(DROPIN), "MemoryMax=8192"));
}

static void what_is_taken_and_not_kept_is_told(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5)};

	fake.ignores = 1U << KNOB_TASKS_MAX;
	assert_int_equal(plan_run(plan, 1), 0);
	assert_int_equal(outcomes[0].outcome, APPLIED_OTHER);
	assert_string_equal(outcomes[0].text, "systemd took TasksMax=5, and systemd has max");
}

static void a_lost_bus_undoes_nothing_and_says_so(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5), set_of(KNOB_MEMORY_MAX, 8192)};

	fake.loses_bus = true;
	assert_int_equal(plan_run(plan, 2), 0);
	assert_true(all_are(APPLIED_REFUSED));
	assert_int_equal(outcomes[0].error, ECONNRESET);
	assert_int_equal(fake.sets, 1);
	assert_non_null(strstr(text_of(DROPIN), "TasksMax=5")); /* systemd may have taken it */
	assert_int_equal(stored(), 2);
	assert_int_equal(plan_run((struct unit_action[]){back_of(KNOB_TASKS_MAX)}, 1), 0);
	assert_true(all_are(APPLIED_REFUSED));
	assert_int_equal(stored(), 2);
	assert_non_null(strstr(text_of(DROPIN), "TasksMax=5"));
}

static void a_unit_that_is_not_there_has_files_only_and_loses_them(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5)}, back[] = {back_of(KNOB_TASKS_MAX)};

	fake.is_there = false;
	assert_int_equal(plan_run(plan, 1), 0);
	assert_true(all_are(APPLIED_LATER));
	assert_non_null(strstr(text_of(DROPIN), "TasksMax=5"));
	assert_int_equal(plan_run(back, 1), 0);
	assert_true(all_are(APPLIED_DONE));
	assert_false(is_there("system/" UNIT ".d"));
	assert_int_equal(stored(), 0);
}

/* Its own limit is known from its file only, and may be below what it uses by now. */
static void a_unit_that_came_later_gets_its_own_once_it_uses_less(void **state)
{
	struct unit_action plan = set_of(KNOB_MEMORY_MAX, 1 << 20), back = back_of(KNOB_MEMORY_MAX);
	auto_free char *fragment = must_strdup(path_in("fragment"));

	fake.is_there = false;
	assert_int_equal(plan_run(&plan, 1), 0);
	fake.is_there = true;
	fake.fragment = fragment;
	fake.set[KNOB_MEMORY_MAX] = number(1 << 20);
	text_put("fragment", "[Service]\nMemoryMax=8K\n");
	use_bytes = 8193;
	assert_int_equal(plan_run(&back, 1), 0);
	assert_true(all_are(APPLIED_WAITS));
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 1 << 20);
	use_bytes = 8192;
	assert_int_equal(plan_run(&back, 1), 0);
	assert_true(all_are(APPLIED_DONE));
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 8192);
}

/* law 3 */
static void memory_waits_until_less_is_used_in_both_directions(void **state)
{
	struct unit_action down = set_of(KNOB_MEMORY_MAX, 8192), up = set_of(KNOB_MEMORY_MAX, 1 << 20), back = back_of(KNOB_MEMORY_MAX);

	down.only_below_bytes = back.only_below_bytes = 8192;
	use_bytes = 8193;
	assert_int_equal(plan_run(&down, 1), 0);
	assert_true(all_are(APPLIED_WAITS));
	assert_int_equal(fake.sets, 0);
	assert_false(is_there(DROPIN));
	assert_int_equal(stored(), 0);
	fake.set[KNOB_MEMORY_MAX] = number(8192);
	assert_int_equal(plan_run(&up, 1), 0);
	assert_int_equal(plan_run(&back, 1), 0);
	assert_true(all_are(APPLIED_WAITS));
	assert_int_equal(stored(), 1);
	use_bytes = 8192;
	assert_int_equal(plan_run(&back, 1), 0);
	assert_true(all_are(APPLIED_DONE));
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 8192);
}

static void use_is_looked_at_directly_before(void **state)
{
	struct unit_action down = set_of(KNOB_MEMORY_MAX, 8192);

	down.only_below_bytes = grows_by = 8192;
	assert_int_equal(plan_run(&down, 1), 0);
	assert_true(all_are(APPLIED_WAITS));
	assert_int_equal(fake.sets, 0);
}

static void a_daemon_without_a_way_to_ask_never_lowers(void **state)
{
	struct unit_action down = set_of(KNOB_MEMORY_MAX, 8192);
	struct seen_unit unit = {.name = UNIT, .group = GROUP_NONE};
	struct seen_units seen = {.list = &unit, .n = 1};
	struct unit_plan plan = {.list = &down, .n = 1};
	struct unit_applier a = applier();
	struct err e;

	down.only_below_bytes = 8192;
	a.is_below = NULL;
	assert_int_equal(unit_apply(&a, &plan, &seen, &e), 0);
	assert_true(all_are(APPLIED_WAITS));
}

static void a_plans_order_stands_and_neighbours_go_together(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5), set_of(KNOB_MEMORY_MAX, 8192), set_of(KNOB_TASKS_MAX, 6),
				     set_of(KNOB_CPU_WEIGHT, 9)};

	plan[2].unit = 1;
	assert_int_equal(plan_run(plan, 4), 0);
	assert_int_equal(fake.sets, 3);
	assert_int_equal(fake.set[KNOB_TASKS_MAX].number, 5);
	assert_int_equal(outcomes[0].knob, KNOB_TASKS_MAX);
	assert_int_equal(outcomes[2].outcome, APPLIED_LATER); /* of the other unit, which is not there */
	assert_int_equal(outcomes[3].knob, KNOB_CPU_WEIGHT);
}

static void our_own_limits_are_never_taken_for_what_was_before(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5)};

	assert_int_equal(plan_run(plan, 1), 0);
	unit_store_done(&store);
	unlinkat(state_fd, "units", 0);
	assert_int_equal(plan_run(plan, 1), 0);
	assert_int_equal(store.list[0]->list[0].before.kind, VALUE_UNKNOWN);
	assert_false(store.list[0]->list[0].file.stands);
	assert_false(store.list[0]->folders.system);
}

static void all_is_given_back_without_a_plan(void **state)
{
	struct unit_action plan[] = {set_of(KNOB_TASKS_MAX, 5), set_of(KNOB_MEMORY_MAX, 1 << 20), set_of(KNOB_CPU_WEIGHT, 9)};
	struct unit_applier a = applier();
	struct err e;

	fake.set[KNOB_MEMORY_MAX] = number(8192);
	assert_int_equal(plan_run(plan, 3), 0);
	use_bytes = 8193;
	assert_int_equal(unit_give_back_all(&a, &e), -EAGAIN);
	assert_int_equal(stored(), 1);
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 1 << 20);
	assert_int_equal(fake.set[KNOB_TASKS_MAX].kind, VALUE_MAX);
	use_bytes = 0;
	assert_int_equal(unit_give_back_all(&a, &e), 0);
	assert_int_equal(fake.set[KNOB_MEMORY_MAX].number, 8192);
	assert_false(is_there("system/" UNIT ".d"));
	assert_false(is_there("system.control"));
	assert_int_equal(unit_give_back_all(&a, &e), 0);
}

/* The weight and "idle" are one property: given back by either, once. */
static void idle_goes_back_to_the_weight_that_was(void **state)
{
	struct unit_action idle = set_of(KNOB_CPU_IDLE, 1), back = back_of(KNOB_CPU_WEIGHT);

	fake.set[KNOB_CPU_WEIGHT] = number(300);
	assert_int_equal(plan_run(&idle, 1), 0);
	assert_non_null(strstr(text_of(DROPIN), "CPUWeight=idle"));
	assert_int_equal(store.list[0]->list[0].before.number, 300);
	fake.set[KNOB_CPU_IDLE] = number(0);
	assert_int_equal(plan_run(&back, 1), 0);
	assert_true(all_are(APPLIED_DONE));
	assert_int_equal(fake.set[KNOB_CPU_WEIGHT].number, 300);
	assert_false(is_there(DROPIN));
	assert_int_equal(stored(), 0);
}

#define in_room(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(store_and_drop_in_stand_before_systemd_is_told),
		in_room(what_was_there_stands_again),
		in_room(where_nothing_can_be_kept_nothing_is_begun),
		in_room(what_is_too_long_to_be_kept_is_left_alone),
		in_room(one_that_is_refused_spoils_no_other),
		in_room(what_is_taken_and_not_kept_is_told),
		in_room(a_lost_bus_undoes_nothing_and_says_so),
		in_room(a_unit_that_is_not_there_has_files_only_and_loses_them),
		in_room(a_unit_that_came_later_gets_its_own_once_it_uses_less),
		in_room(memory_waits_until_less_is_used_in_both_directions),
		in_room(use_is_looked_at_directly_before),
		in_room(a_daemon_without_a_way_to_ask_never_lowers),
		in_room(a_plans_order_stands_and_neighbours_go_together),
		in_room(our_own_limits_are_never_taken_for_what_was_before),
		in_room(all_is_given_back_without_a_plan),
		in_room(idle_goes_back_to_the_weight_that_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
