/* Values of knobs as text of the kernel, there and back. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"

/* last: cmocka's macro fail() hides ours */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct hostile {
	enum knob knob;
	int version;
	const char *text;
	int r;
} hostile[] = {
	{ KNOB_MEMORY_MAX, 2, "", -EINVAL },
	{ KNOB_MEMORY_MAX, 2, "\n", -EINVAL },
	{ KNOB_MEMORY_MAX, 2, "maximum", -EINVAL },
	{ KNOB_MEMORY_MAX, 2, "0x10", -EINVAL },
	{ KNOB_MEMORY_MAX, 1, "-2", -EINVAL },
	{ KNOB_MEMORY_MAX, 1, "99999999999999999999999", -ERANGE },
	{ KNOB_CPU_WEIGHT, 2, "max", -EINVAL },
	{ KNOB_CPU_WEIGHT, 2, "100 100", -EINVAL },
	{ KNOB_CPU_MAX, 2, "max", 0 },
	{ KNOB_CPU_MAX, 2, "100 ", 0 },
	{ KNOB_CPU_MAX, 2, "100  5", -EINVAL },
	{ KNOB_CPU_MAX, 2, "100 5 5", -EINVAL },
	{ KNOB_CPU_MAX, 2, " 5", -EINVAL },
	{ KNOB_CPUS, 1, "a-b", -EINVAL },
	{ KNOB_CPUS, 1, "0-99999", -ERANGE },
};

static struct arena arena;

static void what_the_kernel_never_writes_is_no_value(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct value v = { .kind = VALUE_LIST, .list = "untouched" };
		int r = value_from_text(hostile[i].knob, hostile[i].version, hostile[i].text, 4096, &arena, &v);

		if (r != hostile[i].r || (r < 0 && strcmp(v.list, "untouched")))
			fail_msg("'%s' is %d", hostile[i].text, r);
	}
}

static const struct row {
	enum knob knob;
	int version;
	const char *read, *written; /* as read back, and as written; NULL: the same */
	enum value_kind kind;
	uint64_t number, period;
} rows[] = {
	{ KNOB_CPU_WEIGHT, 2, "10000\n", "10000", VALUE_NUMBER, 10000, 0 },
	{ KNOB_CPU_MAX, 2, "max 100000\n", "max 100000", VALUE_MAX, 0, 100000 },
	{ KNOB_CPU_MAX, 2, "80000 1000000\n", "80000 1000000", VALUE_QUOTA, 80000, 1000000 },
	{ KNOB_CPU_MAX, 1, "-1 50000\n", "-1", VALUE_MAX, 0, 50000 },
	{ KNOB_CPU_MAX, 1, "80000 100000\n", "80000", VALUE_QUOTA, 80000, 100000 },
	{ KNOB_CPU_MAX, 1, "80000", "80000", VALUE_QUOTA, 80000, 100000 },
	{ KNOB_MEMORY_MAX, 2, "max\n", "max", VALUE_MAX, 0, 0 },
	{ KNOB_MEMORY_MAX, 1, "9223372036854771712\n", "-1", VALUE_MAX, 0, 0 },
	{ KNOB_MEMORY_MAX, 1, "9223372036854767616\n", "9223372036854767616", VALUE_NUMBER, 9223372036854767616U, 0 },
	{ KNOB_MEMORY_MAX, 1, "-1\n", "-1", VALUE_MAX, 0, 0 },
	{ KNOB_SWAP_MAX, 1, "9223372036854771712\n", "-1", VALUE_MAX, 0, 0 },
	{ KNOB_TASKS_MAX, 1, "max\n", "max", VALUE_MAX, 0, 0 },
	{ KNOB_TASKS_MAX, 1, "500\n", "500", VALUE_NUMBER, 500, 0 },
	{ KNOB_CPU_IDLE, 1, "1\n", "1", VALUE_NUMBER, 1, 0 },
	{ KNOB_FREEZE, 2, "1\n", "1", VALUE_NUMBER, 1, 0 },
	{ KNOB_FREEZE, 2, "0\n", "0", VALUE_NUMBER, 0, 0 },
	{ KNOB_FREEZE, 1, "1\n", "FROZEN", VALUE_NUMBER, 1, 0 },
	{ KNOB_FREEZE, 1, "0\n", "THAWED", VALUE_NUMBER, 0, 0 },
	{ KNOB_FREEZE, 1, "FREEZING\n", "FROZEN", VALUE_NUMBER, 1, 0 },
	{ KNOB_CPUS, 2, "\n", "", VALUE_LIST, 0, 0 },
	{ KNOB_CPUS, 1, "0-1,3\n", "0-1,3", VALUE_LIST, 0, 0 },
};

static void what_is_read_is_what_is_written(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct value v = { .kind = VALUE_UNKNOWN };
		char text[300];

		assert_int_equal(value_from_text(r->knob, r->version, r->read, 4096, &arena, &v), 0);
		value_to_text(r->knob, r->version, &v, text, sizeof(text));
		if (v.kind != r->kind || (v.kind != VALUE_LIST && v.number != r->number) || v.period != r->period || strcmp(text, r->written))
			fail_msg("'%s' is written '%s'", r->read, text);
	}
}

static void every_default_comes_back(void **state)
{
	for (int k = 0; k < KNOB__COUNT; k++)
		for (int version = 1; version <= 2; version++) {
			struct value v, back;
			char text[300];

			value_default(k, version, &v);
			value_to_text(k, version, &v, text, sizeof(text));
			assert_int_equal(value_from_text(k, version, text, 4096, &arena, &back), 0);
			assert_true(value_equal(&v, &back));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_never_writes_is_no_value),
		cmocka_unit_test(what_is_read_is_what_is_written),
		cmocka_unit_test(every_default_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
