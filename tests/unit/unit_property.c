/* Values as systemd says them: what it holds coarser, and what reads back as it was said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <string.h>

#include "unit_property.h"

static struct value number(uint64_t n)
{
	return (struct value){.kind = VALUE_NUMBER, .number = n};
}

static struct value quota(uint64_t n, uint64_t period)
{
	return (struct value){.kind = VALUE_QUOTA, .number = n, .period = period};
}

static struct value list(const char *text)
{
	return (struct value){.kind = VALUE_LIST, .list = text};
}

static const struct value none = {.kind = VALUE_MAX};

static void a_quota_says_the_same_on_the_bus_and_in_a_file(void **state)
{
	static const struct {
		uint64_t quota, period, usec;
		const char *lines;
	} rows[] = {
		{0, 100000, 100, "CPUQuota=0.01%\n"},
		{1, 1000000, 100, "CPUQuota=0.01%\n"},
		{20000, 100000, 200000, "CPUQuota=20%\n"},
		{33333, 100000, 333300, "CPUQuota=33.33%\n"},
		{33337, 100000, 333400, "CPUQuota=33.34%\n"},
		{1005, 100000, 10100, "CPUQuota=1.01%\n"},
		{150000, 100000, 1500000, "CPUQuota=150%\n"},
		{700, 1000000, 700, "CPUQuota=0.07%\n"},
		{UINT64_MAX, 1, 214748364700, "CPUQuota=21474836.47%\n"},
	};
	char text[700];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value v = quota(rows[i].quota, rows[i].period), back;

		assert_int_equal(property_number(KNOB_CPU_MAX, &v), rows[i].usec);
		property_lines(KNOB_CPU_MAX, &v, text, sizeof(text));
		assert_string_equal(text, rows[i].lines);
		property_round(KNOB_CPU_MAX, &v);
		property_value(KNOB_CPU_MAX, rows[i].usec, &back);
		assert_true(value_equal(&v, &back));
	}
}

static void what_is_not_limited_is_said_in_the_propertys_own_way(void **state)
{
	static const struct {
		enum knob knob;
		const char *lines;
	} rows[] = {
		{KNOB_CPU_MAX, "CPUQuota=\n"},	     {KNOB_CPU_WEIGHT, "CPUWeight=\n"},	    {KNOB_CPUS, "AllowedCPUs=\n"},
		{KNOB_MEMORY_MAX, "MemoryMax=infinity\n"}, {KNOB_TASKS_MAX, "TasksMax=infinity\n"}, {KNOB_CPU_BURST, ""},
		{KNOB_FREEZE, ""},
	};
	char text[700];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		property_lines(rows[i].knob, &none, text, sizeof(text));
		assert_string_equal(text, rows[i].lines);
		assert_int_equal(property_number(rows[i].knob, &none), UINT64_MAX);
	}
}

static void a_list_begins_with_an_empty_one_since_files_add_up(void **state)
{
	struct value v = list("0-3,8");
	char text[700];

	property_lines(KNOB_CPUS, &v, text, sizeof(text));
	assert_string_equal(text, "AllowedCPUs=\nAllowedCPUs=0-3,8\n");
}

static void a_list_is_the_same_after_the_bus(void **state)
{
	static const char *const lists[] = {"", "0", "7", "8", "0-3,8", "1,3,5,7-20,63-64,8191"};
	unsigned char mask[PROPERTY_MASK_BYTES], full[PROPERTY_MASK_BYTES];
	auto_arena struct arena arena = {0};
	struct value v;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		property_list(mask, property_mask(lists[i], mask), &arena, &v);
		assert_int_equal(v.kind, VALUE_LIST);
		assert_string_equal(v.list, lists[i]);
	}
	assert_int_equal(property_mask("8", mask), 2);
	memset(full, 0x55, sizeof(full)); /* every other one: more text than a value has room for */
	property_list(full, sizeof(full), &arena, &v);
	assert_int_equal(v.kind, VALUE_UNKNOWN);
	memset(full, 0xff, sizeof(full));
	property_list(full, sizeof(full), &arena, &v);
	assert_string_equal(v.list, "0-8191");
}

static void idle_is_a_word_of_the_weights(void **state)
{
	struct value yes = number(1), no = number(0), v;
	char text[700];

	assert_int_equal(property_number(KNOB_CPU_IDLE, &yes), 0);
	assert_int_equal(property_number(KNOB_CPU_IDLE, &no), UINT64_MAX);
	property_lines(KNOB_CPU_IDLE, &yes, text, sizeof(text));
	assert_string_equal(text, "CPUWeight=idle\n");
	property_value(KNOB_CPU_IDLE, 0, &v);
	assert_int_equal(v.number, 1);
	property_value(KNOB_CPU_IDLE, 300, &v);
	assert_int_equal(v.number, 0);
	assert_string_equal(property_key(KNOB_CPU_IDLE), "CPUWeight");
	assert_null(property_key(KNOB_CPU_BURST));
}

static void settings_go_by_key_and_one_a_property(void **state)
{
	struct unit_setting list_of[] = {
		{KNOB_TASKS_MAX, number(5)}, {KNOB_CPU_BURST, number(9)}, {KNOB_CPU_WEIGHT, number(300)},
		{KNOB_CPU_IDLE, number(1)},  {KNOB_CPU_MAX, none},
	};
	struct unit_setting awake[] = {{KNOB_CPU_WEIGHT, number(300)}, {KNOB_CPU_IDLE, number(0)}};

	assert_int_equal(settings_sort(list_of, 5), 3);
	assert_int_equal(list_of[0].knob, KNOB_CPU_MAX);
	assert_int_equal(list_of[1].knob, KNOB_CPU_IDLE);
	assert_int_equal(list_of[2].knob, KNOB_TASKS_MAX);
	assert_int_equal(settings_sort(awake, 2), 1);
	assert_int_equal(awake[0].knob, KNOB_CPU_WEIGHT);
	assert_int_equal(awake[0].value.number, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_says_the_same_on_the_bus_and_in_a_file),
		cmocka_unit_test(what_is_not_limited_is_said_in_the_propertys_own_way),
		cmocka_unit_test(a_list_begins_with_an_empty_one_since_files_add_up),
		cmocka_unit_test(a_list_is_the_same_after_the_bus),
		cmocka_unit_test(idle_is_a_word_of_the_weights),
		cmocka_unit_test(settings_go_by_key_and_one_a_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
