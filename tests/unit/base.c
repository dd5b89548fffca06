/* What everything stands on: errors, memory, lists of faults, maps. */
#include "policy_help.h"

#include <errno.h>
#include <stdio.h>

#include "map.h"

static void an_error_is_one_line_and_says_when_it_was_cut(void **state)
{
	struct err e = { 0 };
	char big[2000];

	assert_int_equal(fail(&e, EBUSY, "%s: %s", "a\nb", "\x1b[31m"), -EBUSY);
	assert_string_equal(e.text, "a?b: ?[31m");
	assert_int_equal(fail_prefix(&e, "group %s", "web"), -EBUSY);
	assert_string_equal(e.text, "group web: a?b: ?[31m");
	assert_int_equal(e.code, EBUSY);
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	fail(&e, EINVAL, "%s", big);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	assert_string_equal(e.text + sizeof(e.text) - 4, "...");
	fail_prefix(&e, "%s", big);
	assert_string_equal(e.text + sizeof(e.text) - 4, "...");
}

static void an_error_that_nobody_reads_is_only_a_number(void **state)
{
	assert_int_equal(fail(NULL, ENOENT, "%s", "x"), -ENOENT);
}

static void an_arena_gives_zeroed_room_that_nothing_else_has(void **state)
{
	struct arena a = { 0 };
	unsigned char *rooms[300];

	for (size_t i = 0; i < ARRAY_SIZE(rooms); i++) {
		size_t bytes = i * i; /* from nothing to many chunks' worth */

		rooms[i] = arena_alloc(&a, bytes);
		assert_int_equal((uintptr_t)rooms[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < bytes; j++)
			assert_int_equal(rooms[i][j], 0);
		memset(rooms[i], (int)i, bytes);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rooms); i++)
		for (size_t j = 0; j < i * i; j++)
			assert_int_equal(rooms[i][j], i % 256);
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
	arena_done(&a);
	arena_done(&a); /* empty again */
}

static void an_array_grows_with_zeros(void **state)
{
	size_t n = 0, cap = 0;
	auto_free unsigned *list = NULL;

	for (; n < 1000; n++) {
		array_grow(list, n, cap);
		assert_int_equal(list[n], 0);
		list[n] = (unsigned)n + 1;
	}
	assert_int_equal(list[0], 1);
	assert_int_equal(list[999], 1000);
}

static void a_map_keeps_what_was_put_last(void **state)
{
	struct map m = { 0 };
	char names[1000][8];

	assert_int_equal(map_get(&m, "x"), MAP_NONE);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		map_put(&m, names[i], i);
	}
	map_put(&m, "n7", 70);
	assert_int_equal(m.n, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(map_get(&m, names[i]), i == 7 ? 70 : i);
	assert_int_equal(map_get(&m, "n1000"), MAP_NONE);
	map_done(&m);
}

static void faults_are_sorted_by_file_as_first_named_then_line_and_merged(void **state)
{
	struct faults f = { 0 };
	char name[] = "b";
	auto_free char *told = NULL;

	fault_add(&f, SEVERITY_FAULT, (struct place){ name, 3 }, "z");
	fault_add(&f, SEVERITY_FAULT, (struct place){ "a", 1 }, "x\n");
	name[0] = '?'; /* the name was copied */
	fault_add(&f, SEVERITY_FAULT, (struct place){ "b", 1 }, "y");
	fault_add(&f, SEVERITY_WARNING, (struct place){ "b", 3 }, "z");
	fault_add(&f, SEVERITY_FAULT, (struct place){ "b", 3 }, "z");
	assert_int_equal(faults_count(&f, SEVERITY_FAULT), 4);
	faults_sort(&f);
	told = help_faults(&f);
	assert_string_equal(told, "b:1: y\nb:3: z\nb:3: warning: z\na:1: x?\n");
	faults_done(&f);
}

/* Else a file of warnings could hide its one fault, and be taken. */
static void many_warnings_do_not_hide_a_fault(void **state)
{
	struct faults f = { 0 };

	for (unsigned i = 0; i < 3000; i++)
		fault_add(&f, SEVERITY_WARNING, (struct place){ "a", i + 1 }, "w");
	fault_add(&f, SEVERITY_FAULT, (struct place){ "a", 1 }, "f");
	assert_int_equal(faults_count(&f, SEVERITY_FAULT), 1);
	assert_int_equal(faults_count(&f, SEVERITY_WARNING), 1001);
	assert_string_equal(f.list[1000].text, "and 2000 more warnings from here on");
	faults_sort(&f);
	fault_add(&f, SEVERITY_WARNING, (struct place){ "a", 1 }, "w");
	assert_int_equal(f.n, 1002);
	faults_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_one_line_and_says_when_it_was_cut),
		cmocka_unit_test(an_error_that_nobody_reads_is_only_a_number),
		cmocka_unit_test(an_arena_gives_zeroed_room_that_nothing_else_has),
		cmocka_unit_test(an_array_grows_with_zeros),
		cmocka_unit_test(a_map_keeps_what_was_put_last),
		cmocka_unit_test(faults_are_sorted_by_file_as_first_named_then_line_and_merged),
		cmocka_unit_test(many_warnings_do_not_hide_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
