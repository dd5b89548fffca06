/* Units made by hand, and a systemd of them that does what a plan says. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "unit_group.h"
#include "unit_plan.h"
#include "unit_value.h"
#include "unit_want.h"
#include "want_make.h"
#include "policy_text.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* Pure v2, 4 CPUs, 8 GiB. */
static inline struct machine model_machine(void)
{
	struct machine m = { .cpus = 4, .cpu_list = "0-3", .node_list = "0", .memory_bytes = 8 * GIB, .swap_bytes = 2 * GIB,
			     .page_bytes = 4096, .system_share = 0.05, .layout = LAYOUT_V2_SYSTEMD, .n_hierarchies = 1 };

	m.hierarchies[0] = (struct hierarchy){ .version = 2, .mount = "/x", .base_is_root = true };
	m.hierarchies[0].controllers =
		CONTROLLER_BIT(CPU) | CONTROLLER_BIT(MEMORY) | CONTROLLER_BIT(CPUSET) | CONTROLLER_BIT(PIDS);
	return m;
}

struct model {
	struct machine m;
	struct policy *policy;
	struct want *want;
	struct seen_units seen;
	struct unit_want *u;
	struct unit_plan *plan;
	struct refusals refusals;
};

static inline struct model model_new(const char *policy)
{
	return (struct model){ .m = model_machine(), .policy = policy_of(policy) };
}

static inline void model_done(struct model *x)
{
	unit_plan_free(x->plan);
	unit_want_free(x->u);
	want_free(x->want);
	policy_free(x->policy);
	refusals_clear(&x->refusals);
	for (size_t i = 0; i < x->seen.n; i++)
		free((char *)x->seen.list[i].name);
	free(x->seen.list);
	*x = (struct model){ 0 };
}

static inline unsigned model_group(const struct model *x, const char *path)
{
	unsigned g = path ? policy_group(x->policy, path) : GROUP_NONE;

	assert_true(!path || g != GROUP_NONE);
	return g;
}

/* What systemd and the kernel have for a unit that nobody limits. */
static inline void model_defaults(struct seen_unit *s)
{
	for (int k = 0; k < KNOB__COUNT; k++) {
		value_default((enum knob)k, 2, &s->kernel[k]);
		s->set[k] = s->kernel[k];
	}
	s->set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_MAX };
	s->set[KNOB_CPU_BURST] = s->set[KNOB_FREEZE] = (struct value){ .kind = VALUE_UNKNOWN };
}

/* group NULL: none. A unit that runs, uses nothing, and is idle. */
static inline unsigned model_add(struct model *x, const char *name, unsigned slice, const char *group)
{
	struct seen_unit *s;

	array_grow(x->seen.list, x->seen.n, x->seen.cap);
	s = &x->seen.list[x->seen.n];
	*s = (struct seen_unit){ .name = must_strdup(name), .cgroup = "/x", .slice = slice };
	s->group = model_group(x, group);
	s->memory_bytes = s->swap_bytes = s->tasks = (struct counter){ true, 0 };
	model_defaults(s);
	return (unsigned)x->seen.n++;
}

/* -.slice and system.slice; the index of the latter. */
static inline unsigned model_slices(struct model *x)
{
	return model_add(x, "system.slice", model_add(x, "-.slice", 0, NULL), NULL);
}

static inline void model_policy(struct model *x, const char *text)
{
	policy_free(x->policy);
	x->policy = policy_of(text);
}

static inline void model_want(struct model *x)
{
	want_free(x->want);
	unit_want_free(x->u);
	x->want = want_make(x->policy, &x->m, false, NULL);
	x->want->hierarchies = 0;
	x->u = unit_want_make(x->policy, &x->m, x->want, &x->seen);
}

static inline void model_plan(struct model *x)
{
	model_want(x);
	unit_plan_free(x->plan);
	x->plan = unit_plan_make(x->u, &x->seen, &x->refusals);
}

static inline const struct wanted *model_wanted(const struct model *x, unsigned unit, enum knob k)
{
	return &x->u->list[unit].wanted[k];
}

static inline uint64_t model_number(const struct model *x, unsigned unit, enum knob k)
{
	return model_wanted(x, unit, k)->value.number;
}

/* cgroup_cpu_adjust_period() and cgroup_apply_unified_cpu_quota() of systemd 252. */
static inline struct value model_quota(const struct value *set)
{
	struct value v = { .kind = VALUE_QUOTA, .period = 100000 };

	if (set->kind != VALUE_QUOTA)
		return (struct value){ .kind = VALUE_MAX, .period = 100000 };
	assert_int_equal(set->period, 1000000);
	if (1000 * 1000000 / set->number > v.period)
		v.period = 1000 * 1000000 / set->number;
	if (v.period > 1000000)
		v.period = 1000000;
	v.number = set->number * v.period / 1000000;
	if (v.number < 1000)
		v.number = 1000;
	return v;
}

static inline void model_kernel(struct seen_unit *s)
{
	for (int k = 0; k < KNOB__COUNT; k++)
		if (k != KNOB_CPU_BURST && k != KNOB_FREEZE)
			s->kernel[k] = s->cgroup ? s->set[k] : (struct value){ .kind = VALUE_UNKNOWN };
	if (!s->cgroup)
		return;
	s->kernel[KNOB_CPU_MAX] = model_quota(&s->set[KNOB_CPU_MAX]);
	if (s->set[KNOB_CPU_WEIGHT].kind == VALUE_MAX)
		s->kernel[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER, .number = 100 };
}

/* Weight and idle are one property. */
static inline void model_remember(struct seen_unit *s, enum knob k)
{
	bool one = k == KNOB_CPU_WEIGHT || k == KNOB_CPU_IDLE;

	if (s->before[k].kind != VALUE_UNKNOWN)
		return;
	s->before[k] = k == KNOB_FREEZE ? s->kernel[k] : s->set[k];
	if (one) {
		s->before[KNOB_CPU_WEIGHT] = s->set[KNOB_CPU_WEIGHT];
		s->before[KNOB_CPU_IDLE] = s->set[KNOB_CPU_IDLE];
	}
}

/* Lists of values that outlive the plan that said them. */
static struct arena model_lists;

static inline void model_set(struct seen_unit *s, enum knob k, const struct value *v)
{
	struct value own = *v;

	value_keep(&model_lists, &own);
	if (k == KNOB_FREEZE) {
		s->kernel[k] = own;
		return;
	}
	s->set[k] = own;
	if (k == KNOB_CPU_WEIGHT)
		s->set[KNOB_CPU_IDLE] = (struct value){ .kind = VALUE_NUMBER };
	if (k == KNOB_CPU_IDLE)
		s->set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER };
	model_kernel(s);
}

/* As the daemon has to do it. False: not done, since use is above the limit. */
static inline bool model_act(struct model *x, const struct unit_action *a)
{
	struct seen_unit *s = &x->seen.list[a->unit];

	if (a->only_below_bytes && s->memory_bytes.value > a->only_below_bytes)
		return false;
	model_remember(s, a->knob);
	model_set(s, a->knob, &a->value);
	if (!a->gives_back)
		return true;
	s->before[a->knob] = (struct value){ .kind = VALUE_UNKNOWN };
	if (a->knob == KNOB_CPU_WEIGHT || a->knob == KNOB_CPU_IDLE)
		s->before[KNOB_CPU_WEIGHT] = s->before[KNOB_CPU_IDLE] = (struct value){ .kind = VALUE_UNKNOWN };
	return true;
}

/* after: called when an action is done; NULL: nothing is. A raise waits for a lowering of its group that was not done. */
static inline void model_apply(struct model *x, void (*after)(struct model *x, const struct unit_action *a))
{
	auto_free bool *stuck = must_alloc((x->policy->n_groups + 1) * KNOB__COUNT);

	for (size_t i = 0; i < x->plan->n; i++) {
		const struct unit_action *a = &x->plan->list[i];
		bool *held = a->within == GROUP_NONE ? NULL : &stuck[a->within * KNOB__COUNT + a->knob];

		if (a->raises && held && *held)
			continue;
		if (!model_act(x, a) && held)
			*held = true;
		else if (after)
			after(x, a);
	}
}

static inline void model_reach(struct model *x)
{
	model_plan(x);
	model_apply(x, NULL);
}

/* What is planned, as "UNIT KNOB VALUE\n"; free(). Given back with "back". */
static inline char *model_told(const struct model *x)
{
	char *all = must_strdup("");

	for (size_t i = 0; i < x->plan->n; i++) {
		const struct unit_action *a = &x->plan->list[i];
		char text[300], *more;

		unit_value_text(a->knob, &a->value, text, sizeof(text));
		more = must_printf("%s%s %s %s%s\n", all, x->seen.list[a->unit].name, knob_rows[a->knob].id, text,
				   a->gives_back ? " back" : "");
		free(all);
		all = more;
	}
	return all;
}

static inline void model_expect(struct model *x, const char *expected)
{
	auto_free char *told = NULL;

	model_plan(x);
	told = model_told(x);
	assert_string_equal(told, expected);
}
