/* What units were before cgqd: damaged and hostile lines first; what is kept comes back as it was. */
#include "unit_room.h"

#include "boot_id.h"
#include "unit_store.h"

static const struct unit_folders_stand nothing_stood = {0};

static struct arena arena; /* of lists of values */

static struct value number(uint64_t n)
{
	return (struct value){.kind = VALUE_NUMBER, .number = n};
}

static void kept(struct unit_store *s, const char *unit, enum knob k, struct value before, const char *text)
{
	struct unit_kept *u = unit_store_put(s, unit, "web", nothing_stood);
	struct kept_file file = {.stands = text, .text = text ? must_strdup(text) : NULL, .len = text ? strlen(text) : 0};

	assert_non_null(u);
	unit_kept_put(s, u, k, &before, &file);
}

static void file_put(const char *lines)
{
	char boot[BOOT_ID_SIZE];
	auto_free char *text = NULL;
	struct err e;

	boot_id_read(boot);
	text = must_printf("cgq-units 1 %s\n%s", boot, lines);
	assert_int_equal(state_write(state_fd, "units", text, strlen(text), &e), 0);
}

static void a_line_that_says_anything_else_is_left_out_alone(void **state)
{
	static const char *const lines[] = {
		"unit ../x.service\t0\tweb",
		"unit a/b.service\t0\tweb",
		"unit b.service\t8\tweb",
		"unit b.service\t-1\tweb",
		"unit b.service\t0",
		"unit b.service",
		"unit b.service\t0\t..",
		"unit b.service\t0\tcpu.max",
		"unit \t0\tweb",
		"was",
		"was TASKS_MAX",
		"was TASKS_MAX\tnumber 5",
		"was TASKS_MAX\tnumber x\t-",
		"was TASKS_MAX\tnumber 99999999999999999999\t-",
		"was TASKS_MAX\tquota 5 100\t-",
		"was TASKS_MAX\tlist 0\t-",
		"was TASKS_MAX\tnumber\t-",
		"was CPU_MAX\tquota 5 0\t-",
		"was CPU_MAX\tquota 5\t-",
		"was CPU_MAX\tnumber 5\t-",
		"was CPUS\tnumber 5\t-",
		"was CPUS\tlist 5-2\t-",
		"was CPU_BURST\tnumber 5\t-",
		"was CPU_IDLE\tnumber 1\t-",
		"was NOTHING\tnumber 5\t-",
		"was TASKS_MAX\tnumber 5\tbytes",
		"was TASKS_MAX\tnumber 5\t+\\x0",
		"was TASKS_MAX\tnumber 5\t+\\y00",
		"was TASKS_MAX\tnumber 5\t+\\",
		"nonsense",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct unit_store s = {0};
		auto_free char *text = must_printf("unit a.service\t0\tweb\nwas MEMORY_MAX\tnumber 7\t-\n%s\nunit z.service\t0\t\n"
						   "was MEMORY_MAX\tmax\t-\n", lines[i]);
		struct err e = {0};

		file_put(text);
		if (unit_store_load(state_fd, &s, &e) != -EBADMSG || s.n != 2 || s.list[0]->n != 1 || s.list[1]->n != 1)
			fail_msg("line %zu: %s", i, lines[i]);
		assert_non_null(strstr(e.text, " 1 damaged"));
		unit_store_done(&s);
	}
}

static void knobs_of_a_unit_that_cannot_be_read_are_no_other_units(void **state)
{
	struct unit_store s = {0};
	struct err e;

	file_put("unit a.service\t0\tweb\nwas MEMORY_MAX\tnumber 7\t-\nunit ../b.service\t0\tweb\nwas TASKS_MAX\tnumber 9\t-\n"
		 "unit empty.service\t0\tweb\n");
	assert_int_equal(unit_store_load(state_fd, &s, &e), -EBADMSG);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.list[0]->n, 1);
	unit_store_done(&s);
}

static void bytes_that_are_no_text_and_other_versions_are_told(void **state)
{
	struct unit_store s = {0};
	char many[4000];
	struct err e;

	memset(many, 0, sizeof(many));
	assert_int_equal(state_write(state_fd, "units", many, sizeof(many), &e), 0);
	assert_int_equal(unit_store_load(state_fd, &s, &e), -EBADMSG);
	assert_int_equal(state_write(state_fd, "units", "", 0, &e), 0);
	assert_int_equal(unit_store_load(state_fd, &s, &e), -EBADMSG);
	assert_int_equal(state_write(state_fd, "units", "cgq-units 2 x\n", 14, &e), 0);
	assert_int_equal(unit_store_load(state_fd, &s, &e), -EBADMSG);
	assert_int_equal(s.n, 0);
}

static void another_boot_gives_nothing_back(void **state)
{
	static const char text[] = "cgq-units 1 0-0-0\nunit a.service\t0\tweb\nwas MEMORY_MAX\tnumber 7\t-\n";
	struct unit_store s = {0};
	struct err e;

	assert_int_equal(state_write(state_fd, "units", text, strlen(text), &e), 0);
	assert_int_equal(unit_store_load(state_fd, &s, &e), 0);
	assert_int_equal(s.n, 0);
}

static void what_was_kept_comes_back_as_it_was(void **state)
{
	struct unit_store s = {0}, back = {0};
	const struct knob_kept *k;
	struct err e;

	kept(&s, "b@x\\x2d.service", KNOB_CPUS, (struct value){.kind = VALUE_LIST}, NULL);
	kept(&s, "b@x\\x2d.service", KNOB_CPU_MAX, (struct value){.kind = VALUE_QUOTA, .number = 5, .period = 1000000}, "");
	kept(&s, "b@x\\x2d.service", KNOB_CPU_WEIGHT, number(0), "a\\x\n\t\x01\xff+-");
	kept(&s, "a.slice", KNOB_MEMORY_MAX, (struct value){.kind = VALUE_MAX}, NULL);
	kept(&s, "a.slice", KNOB_TASKS_MAX, (struct value){0}, NULL);
	assert_int_equal(unit_store_save(state_fd, &s, &e), 0);
	assert_int_equal(unit_store_load(state_fd, &back, &e), 0);
	assert_int_equal(back.n, 2);
	assert_false(back.changed);
	assert_string_equal(back.list[0]->name, "a.slice");
	assert_string_equal(back.list[0]->group, "web");
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < s.list[i]->n; j++) {
			k = unit_kept_find(back.list[i], s.list[i]->list[j].knob);
			assert_non_null(k);
			assert_true(value_equal(&k->before, &s.list[i]->list[j].before));
			assert_int_equal(k->file.stands, s.list[i]->list[j].file.stands);
			assert_int_equal(k->file.len, s.list[i]->list[j].file.len);
			if (k->file.stands)
				assert_memory_equal(k->file.text, s.list[i]->list[j].file.text, k->file.len);
		}
	unit_store_done(&s);
	unit_store_done(&back);
}

static void the_first_value_counts(void **state)
{
	struct unit_store s = {0};
	struct value v;

	kept(&s, "a.service", KNOB_MEMORY_MAX, number(7), NULL);
	kept(&s, "a.service", KNOB_MEMORY_MAX, number(8), "ours");
	assert_int_equal(s.list[0]->n, 1);
	assert_false(s.list[0]->list[0].file.stands);
	unit_store_before(&s, "a.service", KNOB_MEMORY_MAX, &arena, &v);
	assert_int_equal(v.number, 7);
	unit_store_before(&s, "a.service", KNOB_TASKS_MAX, &arena, &v);
	assert_int_equal(v.kind, VALUE_UNKNOWN);
	unit_store_before(&s, "b.service", KNOB_MEMORY_MAX, &arena, &v);
	assert_int_equal(v.kind, VALUE_UNKNOWN);
	unit_store_done(&s);
}

static void of_weight_and_idle_one_is_known_when_the_other_is(void **state)
{
	struct unit_store s = {0};
	struct value v;

	kept(&s, "a.service", KNOB_CPU_WEIGHT, number(0), NULL);
	kept(&s, "b.service", KNOB_CPU_IDLE, number(300), NULL);
	unit_store_before(&s, "a.service", KNOB_CPU_IDLE, &arena, &v);
	assert_int_equal(v.number, 1);
	unit_store_before(&s, "a.service", KNOB_CPU_WEIGHT, &arena, &v);
	assert_int_equal(v.kind, VALUE_MAX);
	unit_store_before(&s, "b.service", KNOB_CPU_IDLE, &arena, &v);
	assert_int_equal(v.kind, VALUE_NUMBER);
	assert_int_equal(v.number, 0);
	unit_store_before(&s, "b.service", KNOB_CPU_WEIGHT, &arena, &v);
	assert_int_equal(v.number, 300);
	unit_store_drop(&s, "a.service", KNOB_CPU_IDLE);
	assert_null(unit_store_find(&s, "a.service"));
	unit_store_done(&s);
}

/* Else its limits would stand for ever: the planner gives back only what has a before. */
static void a_unit_that_was_not_there_has_a_before_too(void **state)
{
	static const enum knob knobs[] = {KNOB_CPU_WEIGHT, KNOB_CPU_IDLE, KNOB_CPU_MAX, KNOB_CPUS, KNOB_MEMORY_LOW, KNOB_TASKS_MAX};
	struct unit_store s = {0};
	struct value v;

	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		kept(&s, "a.service", knobs[i], (struct value){0}, NULL);
		unit_store_before(&s, "a.service", knobs[i], &arena, &v);
		assert_int_not_equal(v.kind, VALUE_UNKNOWN);
	}
	unit_store_before(&s, "a.service", KNOB_CPU_WEIGHT, &arena, &v);
	assert_int_equal(v.kind, VALUE_MAX); /* not set, which a weight of 100 is not */
	unit_store_done(&s);
}

static void what_could_not_be_loaded_again_is_not_kept(void **state)
{
	struct unit_store s = {0};
	char name[64];

	assert_null(unit_store_put(&s, "../a.service", "web", nothing_stood));
	assert_null(unit_store_put(&s, "a.service", "../web", nothing_stood));
	for (unsigned i = 0; i < UNIT_STORE_UNITS_MAX; i++) {
		snprintf(name, sizeof(name), "%u.service", i);
		assert_non_null(unit_store_put(&s, name, "", nothing_stood));
	}
	assert_null(unit_store_put(&s, "one-more.service", "", nothing_stood));
	assert_non_null(unit_store_put(&s, "5.service", "web", nothing_stood));
	assert_string_equal(unit_store_find(&s, "5.service")->group, "web");
	unit_store_done(&s);
}

static void the_folder_of_all_came_with_the_first_unit(void **state)
{
	struct unit_store s = {0};
	struct unit_folders_stand root_stands = {.root = true};

	unit_store_put(&s, "b.service", "", nothing_stood);
	assert_false(unit_store_put(&s, "a.service", "", root_stands)->folders.root);
	unit_store_done(&s);
	assert_true(unit_store_put(&s, "a.service", "", root_stands)->folders.root);
	unit_store_done(&s);
}

static void a_list_that_is_kept_is_nobody_elses(void **state)
{
	struct unit_store s = {0};
	char text[] = "0-3";
	auto_arena struct arena mine = {0};
	struct value before;

	kept(&s, "a.service", KNOB_CPUS, (struct value){.kind = VALUE_LIST, .list = text}, NULL);
	text[0] = '2';
	unit_store_before(&s, "a.service", KNOB_CPUS, &mine, &before);
	unit_store_drop(&s, "a.service", KNOB_CPUS);
	assert_string_equal(before.list, "0-3");
	unit_store_done(&s);
}

#define in_room(name) cmocka_unit_test_setup_teardown(name, room_make, room_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(a_line_that_says_anything_else_is_left_out_alone),
		in_room(knobs_of_a_unit_that_cannot_be_read_are_no_other_units),
		in_room(bytes_that_are_no_text_and_other_versions_are_told),
		in_room(another_boot_gives_nothing_back),
		in_room(what_was_kept_comes_back_as_it_was),
		in_room(the_first_value_counts),
		in_room(a_list_that_is_kept_is_nobody_elses),
		in_room(of_weight_and_idle_one_is_known_when_the_other_is),
		in_room(a_unit_that_was_not_there_has_a_before_too),
		in_room(what_could_not_be_loaded_again_is_not_kept),
		in_room(the_folder_of_all_came_with_the_first_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
