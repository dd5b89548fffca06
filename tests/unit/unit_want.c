/* What a policy means for units. */
#include "units_model.h"

/* One unit to add: where, and for which group. */
struct row_unit {
	const char *name, *group;
	double cpu_percent;
	bool cpu_waits;
	uint64_t memory_mib, tasks;
};

struct row {
	const char *policy;
	struct row_unit units[4];
	unsigned unit; /* index into units that is asked about */
	enum knob knob;
	const char *text;	/* "?": left alone */
	const char *impossible; /* found in it; NULL: none */
};

#define ONE(group) { { "a.service", group, 0, false, 0, 0 } }
#define A(group, ...) { "a.service", group, __VA_ARGS__ }
#define B(group, ...) { "b.service", group, __VA_ARGS__ }
#define C(group, ...) { "c.service", group, __VA_ARGS__ }

static const struct row rows[] = {
	/* what systemd has no property for */
	{ "[a]\ncpu = 50%\ncpu.burst = 20ms\n", ONE("a"), 0, KNOB_CPU_BURST, "?", "systemd has no property for cpu.max.burst" },
	{ "[a]\ncpu.burst = 20ms\n", ONE("a"), 0, KNOB_CPU_BURST, "?", "systemd has no property" },
	/* not asked is left alone; asked without a limit is lifted */
	{ "[a]\n", ONE("a"), 0, KNOB_MEMORY_MAX, "?", NULL },
	{ "[a]\n", ONE("a"), 0, KNOB_CPU_WEIGHT, "?", NULL },
	{ "[a]\n", ONE(NULL), 0, KNOB_MEMORY_MAX, "?", NULL },
	{ "[a]\nmemory = max\n", ONE("a"), 0, KNOB_MEMORY_MAX, "max", NULL },
	{ "[a]\nmemory = max\n[a/b]\n", ONE("a/b"), 0, KNOB_MEMORY_MAX, "?", NULL },
	{ "[a]\ncpu = 40%..max\n", ONE("a"), 0, KNOB_CPU_MAX, "max 100000", NULL },
	/* one unit has exactly what the group has, or the tightest above */
	{ "[a]\ncpu = 33.333%\n", ONE("a"), 0, KNOB_CPU_MAX, "1333300 1000000", NULL },
	{ "[a]\ncpu = 0.01%\n", ONE("a"), 0, KNOB_CPU_MAX, "1000 1000000", NULL },
	{ "[a]\nmemory = 2000001\n", ONE("a"), 0, KNOB_MEMORY_MAX, "1998848", NULL },
	{ "[a]\nmemory = 100M\n[a/b]\n", ONE("a/b"), 0, KNOB_MEMORY_MAX, "104857600", NULL },
	{ "[a]\nmemory = 100M\n[a/b]\nmemory = 200M\n", ONE("a/b"), 0, KNOB_MEMORY_MAX, "104857600", NULL },
	{ "[a]\nmemory = 100M\n[a/b]\nmemory = max\n", ONE("a/b"), 0, KNOB_MEMORY_MAX, "104857600", NULL },
	{ "[a]\ntasks = 500\n", ONE("a"), 0, KNOB_TASKS_MAX, "500", NULL },
	{ "[a]\nswap = 1G\n", ONE("a"), 0, KNOB_SWAP_MAX, "1073741824", NULL },
	{ "[a]\nmemory.min = 1G\n", ONE("a"), 0, KNOB_MEMORY_MIN, "1073741824", NULL },
	/* several: by demand */
	{ "[a]\ncpu = 0%..50%\n", { A("a", 0, false, 0, 0), B("a", 0, false, 0, 0) }, 0, KNOB_CPU_MAX, "1000000 1000000", NULL },
	{ "[a]\ncpu = 0%..50%\n", { A("a", 30, true, 0, 0), B("a", 0, false, 0, 0) }, 0, KNOB_CPU_MAX, "1750000 1000000", NULL },
	{ "[a]\ncpu = 0%..50%\n", { A("a", 30, true, 0, 0), B("a", 0, false, 0, 0) }, 1, KNOB_CPU_MAX, "250000 1000000", NULL },
	{ "[a]\ncpu = 0%..50%\n", { A("a", 30, true, 0, 0), B("a", 15, false, 0, 0) }, 1, KNOB_CPU_MAX, "800000 1000000", NULL },
	{ "[a]\ncpu = 0%..0.04%\n", { A("a", 0, false, 0, 0), B("a", 0, false, 0, 0) }, 1, KNOB_CPU_MAX, "1000 1000000",
	  "1 ms a second" },
	{ "[a]\nmemory = 400M\n", { A("a", 0, false, 300, 0), B("a", 0, false, 0, 0) }, 0, KNOB_MEMORY_MAX, "367001600", NULL },
	{ "[a]\nmemory = 400M\n", { A("a", 0, false, 500, 0), B("a", 0, false, 0, 0) }, 1, KNOB_MEMORY_MAX, "13107200", NULL },
	{ "[a]\ntasks = 100\n", { A("a", 0, false, 0, 40), B("a", 0, false, 0, 4) }, 0, KNOB_TASKS_MAX, "71", NULL },
	{ "[a]\nmemory.low = 100M\n", { A("a", 0, false, 300, 0), B("a", 0, false, 100, 0) }, 0, KNOB_MEMORY_LOW, "77631488", NULL },
	/* children within their parent, at each level */
	{ "[a]\nmemory = 400M\n[a/b]\nmemory = 100M\n", { A("a", 0, false, 0, 0), B("a/b", 0, false, 0, 0) }, 0, KNOB_MEMORY_MAX,
	  "314572800", NULL },
	{ "[a]\nmemory = 400M\n[a/b]\nmemory = 100M\n", { A("a", 0, false, 0, 0), B("a/b", 0, false, 0, 0) }, 1, KNOB_MEMORY_MAX,
	  "104857600", NULL },
	{ "[a]\nmemory = 400M\n[a/b]\n[a/b/c]\nmemory = 100M\n", { A("a/b", 0, false, 0, 0), B("a/b/c", 0, false, 0, 0) }, 0,
	  KNOB_MEMORY_MAX, "314572800", NULL },
	{ "[a]\nmemory.low = 100M\n[a/b]\nmemory.low = 30M\n", { A("a", 0, false, 0, 0), B("a/b", 0, false, 900, 0) }, 0,
	  KNOB_MEMORY_LOW, "73400320", NULL },
	{ "[a]\nmemory.low = 100M\n[a/b]\n", { A("a", 0, false, 0, 0), B("a/b", 0, false, 0, 0) }, 1, KNOB_MEMORY_LOW, "52428800",
	  NULL },
	{ "[a]\nmemory.low = 10M\n[a/b]\nmemory.low = 30M\n", { A("a", 0, false, 0, 0), B("a/b", 0, false, 900, 0) }, 1,
	  KNOB_MEMORY_LOW, "10485760", NULL },
	/* lists, whole for each */
	{ "[a]\ncpus = 0-1\n", { A("a", 0, false, 0, 0), B("a", 0, false, 0, 0) }, 1, KNOB_CPUS, "0-1", NULL },
	{ "[a]\ncpus = 0-1\n[a/b]\n", ONE("a/b"), 0, KNOB_CPUS, "0-1", NULL },
	{ "[a]\ncpus = 0-1\n[a/b]\ncpus = 1-2\n", ONE("a/b"), 0, KNOB_CPUS, "1", "the group above has only 0-1; the rest is left out" },
	{ "[a]\ncpus = 0-1\n[a/b]\ncpus = 3\n", ONE("a/b"), 0, KNOB_CPUS, "0-1", "none of these" },
	{ "[a]\nmems = 0\n", ONE("a"), 0, KNOB_MEMS, "0", NULL },
	/* idle */
	{ "[a]\ncpu.idle = yes\n", ONE("a"), 0, KNOB_CPU_IDLE, "1", NULL },
	{ "[a]\ncpu.idle = yes\n", ONE("a"), 0, KNOB_CPU_WEIGHT, "?", NULL },
	{ "[a]\ncpu.idle = yes\n[a/b]\n", ONE("a/b"), 0, KNOB_CPU_IDLE, "1", NULL },
	{ "[a]\ncpu.idle = yes\n[a/b]\ncpu.idle = no\n", ONE("a/b"), 0, KNOB_CPU_IDLE, "1", NULL },
	{ "[a]\n[a/b]\ncpu.idle = yes\n", ONE("a"), 0, KNOB_CPU_IDLE, "?", NULL },
	/* weights, beside one default sibling in system.slice, and one beside that */
	{ "[a]\ncpu = 50%..100%\n", ONE("a"), 0, KNOB_CPU_WEIGHT, "181", NULL },
	{ "[a]\ncpu = 50%..100%\ncpu.idle = no\n", ONE("a"), 0, KNOB_CPU_WEIGHT, "181", NULL },
	{ "[a]\ncpu = 50%..100%\n[b]\n", { B("b", 0, false, 0, 0), A("a", 0, false, 0, 0) }, 0, KNOB_CPU_WEIGHT, "1", NULL },
	{ "[a]\ncpu = 0%..50%\n", ONE("a"), 0, KNOB_CPU_WEIGHT, "?", NULL },
	{ "[a]\ncpu = 50%..100%\n[b]\ncpu.idle = yes\n", { B("b", 0, false, 0, 0), A("a", 0, false, 0, 0) }, 0, KNOB_CPU_WEIGHT,
	  "?", NULL },
};

static unsigned row_add(struct model *x, const struct row_unit *r)
{
	unsigned u = model_add(x, r->name, 1, r->group);
	struct seen_unit *s = &x->seen.list[u];

	s->cpu_percent = r->cpu_percent;
	s->cpu_waits = r->cpu_waits;
	s->memory_bytes.value = r->memory_mib * MIB;
	s->tasks.value = r->tasks;
	return u;
}

static void every_setting_becomes_the_units_value(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct model x = model_new(r->policy);
		const struct wanted *w;
		char text[300];

		model_slices(&x);
		for (size_t k = 0; k < ARRAY_SIZE(r->units) && r->units[k].name; k++)
			row_add(&x, &r->units[k]);
		model_want(&x);
		w = model_wanted(&x, 2 + r->unit, r->knob);
		unit_value_text(r->knob, &w->value, text, sizeof(text));
		if (strcmp(text, r->text) || !w->impossible != !r->impossible ||
		    (w->impossible && !strstr(w->impossible, r->impossible)))
			fail_msg("row %zu, %s: '%s' because '%s'", i, r->policy, text, w->impossible ? w->impossible : "");
		model_done(&x);
	}
}

static void an_old_systemd_says_what_it_has_not(void **state)
{
	struct model x = model_new("[a]\ncpu.idle = yes\nmems = 0\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.seen.list[a].set[KNOB_CPU_IDLE] = x.seen.list[a].set[KNOB_MEMS] = (struct value){ .kind = VALUE_UNKNOWN };
	model_plan(&x);
	assert_string_equal(model_wanted(&x, a, KNOB_CPU_IDLE)->impossible, "this systemd has no CPUWeight=idle (252 has)");
	assert_string_equal(model_wanted(&x, a, KNOB_MEMS)->impossible, "this systemd has no AllowedMemoryNodes=");
	assert_int_equal(model_wanted(&x, a, KNOB_MEMS)->value.kind, VALUE_UNKNOWN);
	assert_int_equal(x.plan->n, 0);
	model_done(&x);
}

static void what_the_machine_has_not_is_said_at_the_unit(void **state)
{
	struct model x = model_new("[a]\nmemory = 1G\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a");

	x.m.missing_knobs = 1U << KNOB_MEMORY_MAX;
	model_want(&x);
	assert_string_equal(model_wanted(&x, a, KNOB_MEMORY_MAX)->impossible, "this kernel has no memory.max");
	assert_int_equal(model_wanted(&x, a, KNOB_MEMORY_MAX)->at->line, 2);
	model_done(&x);
}

static void a_limit_names_the_line_that_asks_for_it(void **state)
{
	struct model x = model_new("[a]\nmemory = 1G\ncpu = 50%\n[a/b]\ncpu = 50%\n");
	unsigned a = model_add(&x, "a.service", model_slices(&x), "a/b");

	model_want(&x);
	assert_int_equal(model_wanted(&x, a, KNOB_MEMORY_MAX)->at->line, 2);
	assert_int_equal(model_wanted(&x, a, KNOB_CPU_MAX)->at->line, 5);
	assert_int_equal(x.u->list[a].within[KNOB_CPU_MAX], policy_group(x.policy, "a"));
	assert_int_equal(x.u->list[a].within[KNOB_TASKS_MAX], GROUP_NONE);
	model_done(&x);
}

static void a_limit_is_asked_of_no_refused_unit(void **state)
{
	struct model x = model_new("[a]\nmemory = 400M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	x.seen.list[b].refusal = "also holds pid 12 (sh), which no rule names";
	model_want(&x);
	assert_int_equal(model_number(&x, a, KNOB_MEMORY_MAX), 400 * MIB);
	assert_int_equal(model_wanted(&x, b, KNOB_MEMORY_MAX)->value.kind, VALUE_UNKNOWN);
	assert_int_equal(x.u->list[b].group, GROUP_NONE);
	model_done(&x);
}

static void slices_protect_what_is_in_them(void **state)
{
	struct model x = model_new("[a]\nmemory.low = 100M\n[b]\nmemory.low = 50M\n");
	unsigned s = model_slices(&x), inner = model_add(&x, "system-x.slice", s, NULL), user = model_add(&x, "user.slice", 0, NULL);
	unsigned c = model_add(&x, "c.service", user, NULL);

	model_add(&x, "a.service", inner, "a");
	model_add(&x, "b.service", s, "b");
	x.seen.list[s].set[KNOB_MEMORY_LOW].number = 10 * MIB;
	for (int i = 0; i < 2; i++) {
		model_reach(&x);
		assert_int_equal(model_number(&x, inner, KNOB_MEMORY_LOW), 100 * MIB);
		assert_int_equal(model_number(&x, s, KNOB_MEMORY_LOW), 160 * MIB);
		assert_int_equal(model_wanted(&x, 0, KNOB_MEMORY_LOW)->value.kind, VALUE_UNKNOWN);
		assert_int_equal(model_wanted(&x, user, KNOB_MEMORY_LOW)->value.kind, VALUE_UNKNOWN);
	}
	/* a slice that is protected without a limit stays so */
	x.seen.list[c].group = policy_group(x.policy, "b");
	x.seen.list[user].set[KNOB_MEMORY_LOW] = (struct value){ .kind = VALUE_MAX };
	model_want(&x);
	assert_int_equal(model_wanted(&x, user, KNOB_MEMORY_LOW)->value.kind, VALUE_UNKNOWN);
	model_done(&x);
}

static void protection_follows_use_but_not_noise(void **state)
{
	struct model x = model_new("[a]\nmemory.low = 100M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	model_reach(&x);
	assert_int_equal(x.seen.list[a].set[KNOB_MEMORY_LOW].number, 50 * MIB);
	x.seen.list[a].memory_bytes.value = 100 * MIB;
	x.seen.list[b].memory_bytes.value = 70 * MIB;
	model_expect(&x, "");
	x.seen.list[a].memory_bytes.value = 400 * MIB;
	model_reach(&x);
	assert_true(x.seen.list[a].set[KNOB_MEMORY_LOW].number > 80 * MIB);
	model_done(&x);
}

static void a_split_that_is_good_enough_stays(void **state)
{
	struct model x = model_new("[a]\ncpu = 0%..50%\nmemory = 400M\ntasks = 100\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	x.seen.list[a].cpu_percent = 30;
	x.seen.list[a].cpu_waits = true;
	x.seen.list[b].cpu_percent = 12;
	model_reach(&x);
	x.seen.list[b].cpu_percent = 9;
	x.seen.list[a].memory_bytes.value = 170 * MIB;
	x.seen.list[b].tasks.value = 44;
	model_expect(&x, "");
	x.seen.list[b].cpu_percent = 5;
	model_plan(&x);
	assert_int_equal(x.plan->n, 2);
	model_done(&x);
}

static void the_soft_limit_of_a_unit_is_within_its_hard_one(void **state)
{
	struct model x = model_new("[a]\nmemory = 390M..400M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	model_reach(&x);
	x.seen.list[a].memory_bytes.value = 340 * MIB;
	x.seen.list[b].memory_bytes.value = 2 * MIB;
	x.seen.list[a].set[KNOB_MEMORY_MAX].number = 340 * MIB;
	x.seen.list[b].set[KNOB_MEMORY_MAX].number = 60 * MIB;
	model_want(&x);
	for (unsigned i = a; i <= b; i++)
		assert_true(model_number(&x, i, KNOB_MEMORY_HIGH) <= model_number(&x, i, KNOB_MEMORY_MAX));
	model_done(&x);
}

/* What a unit that is not there would keep from the others is little. */
static void who_does_not_run_has_little(void **state)
{
	struct model x = model_new("[a]\nmemory = 320M\n");
	unsigned s = model_slices(&x), a = model_add(&x, "a.service", s, "a"), b = model_add(&x, "b.service", s, "a");

	x.seen.list[a].memory_bytes.value = 300 * MIB;
	x.seen.list[b].cgroup = NULL;
	x.seen.list[b].memory_bytes.known = false;
	model_want(&x);
	assert_int_equal(model_number(&x, b, KNOB_MEMORY_MAX), 10 * MIB);
	x.seen.list[b].cgroup = "/b";
	x.seen.list[a].memory_bytes.value = 0;
	model_want(&x);
	assert_true(model_number(&x, b, KNOB_MEMORY_MAX) >= 40 * MIB);
	model_done(&x);
}

static void a_frozen_group_freezes_its_childrens_units(void **state)
{
	struct model x = model_new("[a]\n[a/b]\n[c]\n");
	unsigned s = model_slices(&x), b = model_add(&x, "b.service", s, "a/b"), c = model_add(&x, "c.service", s, "c");
	bool frozen[3] = { true, false, false };

	x.want = want_make(x.policy, &x.m, false, frozen);
	x.u = unit_want_make(x.policy, &x.m, x.want, &x.seen);
	assert_int_equal(model_number(&x, b, KNOB_FREEZE), 1);
	assert_int_equal(model_wanted(&x, c, KNOB_FREEZE)->value.kind, VALUE_UNKNOWN);
	model_done(&x);
}

static void no_units_and_no_groups_are_nothing(void **state)
{
	struct model x = model_new("");

	model_plan(&x);
	assert_int_equal(x.u->n, 0);
	assert_int_equal(x.plan->n, 0);
	model_add(&x, "a.service", model_slices(&x), NULL);
	model_plan(&x);
	assert_int_equal(x.plan->n, 0);
	model_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_becomes_the_units_value),
		cmocka_unit_test(an_old_systemd_says_what_it_has_not),
		cmocka_unit_test(what_the_machine_has_not_is_said_at_the_unit),
		cmocka_unit_test(a_limit_names_the_line_that_asks_for_it),
		cmocka_unit_test(a_limit_is_asked_of_no_refused_unit),
		cmocka_unit_test(slices_protect_what_is_in_them),
		cmocka_unit_test(protection_follows_use_but_not_noise),
		cmocka_unit_test(a_split_that_is_good_enough_stays),
		cmocka_unit_test(the_soft_limit_of_a_unit_is_within_its_hard_one),
		cmocka_unit_test(who_does_not_run_has_little),
		cmocka_unit_test(a_frozen_group_freezes_its_childrens_units),
		cmocka_unit_test(no_units_and_no_groups_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
