/* Laws of what groups want, as it is wanted of the units that they are on. */
#include "units_model.h"

#include "want_in_place.h"

struct room {
	struct model x;
	struct want *w;
};

static void room_want(struct room *r)
{
	model_want(&r->x);
	want_free(r->w);
	r->w = want_in_place(r->x.policy, &r->x.m, r->x.want, &r->x.seen, r->x.u);
}

static struct room room_new(const char *policy)
{
	struct room r = {.x = model_new(policy)};

	r.x.m.placement = PLACEMENT_UNITS;
	return r;
}

static void room_done(struct room *r)
{
	want_free(r->w);
	model_done(&r->x);
}

static struct seen_unit *unit(struct room *r, const char *name, unsigned slice, const char *group, const char *cgroup)
{
	unsigned at = model_add(&r->x, name, slice, group);
	struct seen_unit *s = &r->x.seen.list[at];

	s->cgroup = cgroup;
	return s;
}

/* -.slice and system.slice; the index of the latter. */
static unsigned slices(struct room *r)
{
	unit(r, "-.slice", 0, NULL, "");
	unit(r, "system.slice", 0, NULL, "/system.slice");
	return 1;
}

static const struct node *node(const struct room *r, const char *group)
{
	return &r->w->nodes[r->w->node_of_group[policy_group(r->x.policy, group)]];
}

static void a_group_has_a_node_for_each_unit_that_runs(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\nmemory = 1G\n");
	unsigned slice = slices(&r);

	unit(&r, "a.service", slice, "web", "/system.slice/a.service");
	unit(&r, "stopped.service", slice, "web", NULL);
	unit(&r, "b.service", slice, "web", "/system.slice/b.service");
	room_want(&r);
	assert_int_equal(r.w->n, 4);
	assert_string_equal(r.w->nodes[0].path, "/");
	assert_string_equal(r.w->nodes[1].path, "/system.slice");
	assert_int_equal(r.w->nodes[1].group, GROUP_NONE);
	assert_string_equal(node(&r, "web")->path, "/system.slice/a.service");
	assert_string_equal(r.w->nodes[3].path, "/system.slice/b.service");
	assert_int_equal(r.w->leaf_of_group[0], UINT32_MAX);
	assert_true(r.w->in_place);
	room_done(&r);
}

static void a_group_without_a_unit_has_one_node_of_which_nothing_is_wanted(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\nmemory = 1G\n[web/php]\nmatch = name:php\ncpu = 50%\n");
	unsigned slice = slices(&r);

	unit(&r, "a.service", slice, "web", NULL);
	unit(&r, "b.service", slice, "web/php", "/system.slice/b.service")->refusal = "also holds pid 12 (sh)";
	room_want(&r);
	assert_string_equal(node(&r, "web")->path, "web");
	assert_true(node(&r, "web")->wanted[KNOB_MEMORY_MAX].asked);
	assert_int_equal(node(&r, "web")->wanted[KNOB_MEMORY_MAX].value.kind, VALUE_UNKNOWN);
	assert_string_equal(node(&r, "web/php")->path, "web/php");
	/* what is refused stands there all the same, and is nobody's */
	assert_int_equal(r.w->nodes[2].group, GROUP_NONE);
	assert_string_equal(r.w->nodes[2].path, "/system.slice/b.service");
	for (int k = 0; k < KNOB__COUNT; k++)
		assert_false(r.w->nodes[2].wanted[k].asked);
	room_done(&r);
}

static void before_any_unit_was_seen_each_group_has_its_own_node(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\nmemory = 1G\n");
	struct unit_want none = {0};

	room_want(&r);
	want_free(r.w);
	r.w = want_in_place(r.x.policy, &r.x.m, r.x.want, &r.x.seen, &none);
	assert_int_equal(r.w->n, 2);
	assert_string_equal(node(&r, "web")->path, "web");
	room_done(&r);
}

static void a_passive_group_has_no_node(void **state)
{
	struct room r = room_new("[batch]\nmatch = name:batch\nenforce = no\nmemory = 1G\n[web]\nmatch = name:web\n");
	unsigned slice = slices(&r);

	unit(&r, "a.service", slice, "batch", "/system.slice/a.service");
	room_want(&r);
	assert_int_equal(r.w->node_of_group[0], UINT32_MAX);
	assert_string_equal(node(&r, "web")->path, "web");
	for (size_t i = 0; i < r.w->n; i++)
		assert_int_not_equal(r.w->nodes[i].group, 0);
	room_done(&r);
}

static void with_nothing_enforced_nothing_is_wanted(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\nmemory = 1G\n");

	slices(&r);
	room_want(&r);
	want_free(r.x.want);
	r.x.want = want_make(r.x.policy, &r.x.m, true, NULL);
	want_free(r.w);
	r.w = want_in_place(r.x.policy, &r.x.m, r.x.want, &r.x.seen, r.x.u);
	assert_int_equal(r.w->n, 0);
	assert_true(r.w->in_place);
	room_done(&r);
}

/* systemd says 500 ms a second, the kernel 50 ms in 100 ms: the same, and no drift. */
static void a_quota_is_one_of_the_units_own_period(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\ncpu = 0%..50%\n");
	unsigned slice = slices(&r);
	struct seen_unit *s = unit(&r, "a.service", slice, "web", "/system.slice/a.service");
	const struct value *v;

	s->kernel[KNOB_CPU_MAX] = (struct value){.kind = VALUE_QUOTA, .number = 1000, .period = 20000};
	room_want(&r);
	v = &node(&r, "web")->wanted[KNOB_CPU_MAX].value;
	assert_int_equal(v->kind, VALUE_QUOTA);
	assert_int_equal(v->period, 20000);
	assert_int_equal(v->number, 40000); /* half of 4 CPUs */
	assert_true(node(&r, "web")->cpu_max_percent > 49.9 && node(&r, "web")->cpu_max_percent < 50.1);
	r.x.seen.list[2].kernel[KNOB_CPU_MAX] = *v;
	room_want(&r);
	assert_true(value_equal(&node(&r, "web")->wanted[KNOB_CPU_MAX].value, &r.x.seen.list[2].kernel[KNOB_CPU_MAX]));
	room_done(&r);
}

/* Else somebody else's freeze would be told as drift, and thawed. */
static void a_freeze_is_wanted_only_where_a_person_froze(void **state)
{
	struct room r = room_new("[web]\nmatch = name:web\n");
	unsigned slice = slices(&r);
	bool frozen[] = {true};

	unit(&r, "a.service", slice, "web", "/system.slice/a.service")->kernel[KNOB_FREEZE] =
		(struct value){.kind = VALUE_NUMBER, .number = 1};
	room_want(&r);
	assert_false(node(&r, "web")->wanted[KNOB_FREEZE].asked);
	assert_int_equal(node(&r, "web")->wanted[KNOB_FREEZE].value.kind, VALUE_UNKNOWN);
	want_free(r.x.want);
	r.x.want = want_make(r.x.policy, &r.x.m, false, frozen);
	unit_want_free(r.x.u);
	r.x.u = unit_want_make(r.x.policy, &r.x.m, r.x.want, &r.x.seen);
	want_free(r.w);
	r.w = want_in_place(r.x.policy, &r.x.m, r.x.want, &r.x.seen, r.x.u);
	assert_int_equal(node(&r, "web")->wanted[KNOB_FREEZE].value.number, 1);
	room_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_has_a_node_for_each_unit_that_runs),
		cmocka_unit_test(a_group_without_a_unit_has_one_node_of_which_nothing_is_wanted),
		cmocka_unit_test(before_any_unit_was_seen_each_group_has_its_own_node),
		cmocka_unit_test(a_passive_group_has_no_node),
		cmocka_unit_test(with_nothing_enforced_nothing_is_wanted),
		cmocka_unit_test(a_quota_is_one_of_the_units_own_period),
		cmocka_unit_test(a_freeze_is_wanted_only_where_a_person_froze),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
