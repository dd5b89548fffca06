/* The actions of one unit: written down, guarded, sent, read back. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "observe.h"
#include "text.h"
#include "unit_apply_parts.h"
#include "unit_value.h"

static const char *group_of(const struct unit_run *run, const struct unit_deed *d)
{
	const struct policy *p = run->a->policy;

	return p && d->action->group < p->n_groups ? p->groups[d->action->group].path : "";
}

/* Law 3: asked directly before, whatever was said earlier. */
void unit_run_guard(struct unit_run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct unit_action *act = run->list[i].action;

		if (run->list[i].is_told || !act->only_below_bytes)
			continue;
		if (!run->a->is_below || !run->a->is_below(run->a->ctx, act))
			unit_deed_end(&run->list[i], APPLIED_WAITS, 0, NULL);
	}
}

/* With CPUWeight=idle in force, there is no weight to be seen. */
static bool is_idle(enum knob k, const struct unit_props *after)
{
	return k == KNOB_CPU_WEIGHT && after->set[KNOB_CPU_IDLE].kind == VALUE_NUMBER && after->set[KNOB_CPU_IDLE].number == 1;
}

static int before_read(struct unit_run *run, enum knob k, const struct unit_props *now, struct value *ret, struct kept_file *ret_file,
		       struct err *e)
{
	int r = control_file_read(run->a->folders, run->unit, k, ret_file, e);

	*ret = (struct value){0};
	if (r < 0 || !unit_props_settable(now))
		return r;
	*ret = now->set[k];
	if (is_idle(k, now))
		property_value(k, 0, ret);
	return 0;
}

/*
 * ours: knobs in cgqd's own drop-in. One that nothing was kept of is an earlier cgqd's, whose store is lost: what was there
 * before that, nobody knows, and its control file is no person's.
 */
static int deed_keep(struct unit_run *run, struct unit_deed *d, const struct unit_props *now, struct unit_folders_stand stand,
		     uint32_t ours, struct err *e)
{
	enum knob k = property_knob(d->action->knob);
	struct value before = {0};
	struct kept_file file = {0};
	struct unit_kept *u = unit_store_put(run->a->store, run->unit, group_of(run, d), stand);
	int r = 0;

	if (!u)
		return fail(e, ENOSPC, "state: %s cannot be kept beside %zu other units", TEXT_ESCAPED(run->unit), run->a->store->n);
	if (unit_kept_find(u, k))
		return 0;
	if (!(ours & 1U << k))
		r = before_read(run, k, now, &before, &file, e);
	if (r == 0)
		unit_kept_put(run->a->store, u, k, &before, &file);
	else
		unit_store_drop(run->a->store, run->unit, KNOB__COUNT); /* unless it has others */
	return r;
}

/* Nothing to be asked where all is kept already. */
static bool all_kept(const struct unit_run *run)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);

	for (size_t i = 0; i < run->n; i++)
		if (!run->list[i].is_told && (!u || !unit_kept_find(u, run->list[i].action->knob)))
			return false;
	return true;
}

static int unit_look(struct unit_run *run, struct unit_props *now, struct unit_folders_stand *stand, uint32_t *ours, struct err *e)
{
	int r = all_kept(run) ? 0 : run->a->bus.get(run->a->bus.ctx, run->unit, now, e);

	if (r == 0)
		r = unit_folders_look(run->a->folders, run->unit, stand, e);
	if (r == 0)
		r = unit_file_look(run->a->folders, run->unit, ours, e);
	if (r == 0 && *ours)
		*stand = (struct unit_folders_stand){0};
	return r;
}

void unit_run_keep(struct unit_run *run)
{
	struct unit_folders_stand stand = {0};
	struct unit_props now = {0};
	uint32_t ours = 0;
	struct err e;
	int r;

	unit_run_guard(run);
	r = unit_look(run, &now, &stand, &ours, &e);
	if (r < 0)
		unit_run_end(run, APPLIED_REFUSED, r, &e);
	for (size_t i = 0; i < run->n; i++) {
		r = run->list[i].is_told ? 0 : deed_keep(run, &run->list[i], &now, stand, ours, &e);
		if (r < 0)
			unit_deed_end(&run->list[i], APPLIED_REFUSED, r, &e);
	}
	unit_props_done(&now);
}

static void send_singly(struct unit_run *run, const struct unit_setting *list)
{
	struct err e;

	for (size_t i = 0; i < run->n; i++) {
		int r = run->list[i].is_told ? 0 : run->a->bus.set(run->a->bus.ctx, run->unit, &list[i], 1, &e);

		if (r < 0)
			unit_deed_end(&run->list[i], APPLIED_REFUSED, r, &e);
	}
}

static size_t open_settings(const struct unit_run *run, const struct unit_setting *list, struct unit_setting *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n; i++)
		if (!run->list[i].is_told)
			ret[n++] = list[i];
	return n;
}

bool unit_run_send(struct unit_run *run, const struct unit_setting *list, struct unit_props *after)
{
	auto_free struct unit_setting *open = must_alloc((run->n + 1) * sizeof(*open));
	size_t n = open_settings(run, list, open);
	struct err e, why;
	int r, refused;

	if (n == 0)
		return false;
	refused = run->a->bus.set(run->a->bus.ctx, run->unit, open, n, &why);
	/* went it away in the middle, it says what it took of it when it is back */
	if (units_lost(refused)) {
		unit_run_end(run, APPLIED_REFUSED, refused, &why);
		return false;
	}
	r = run->a->bus.get(run->a->bus.ctx, run->unit, after, &e);
	if (r < 0) {
		unit_run_end(run, APPLIED_REFUSED, r, &e);
		return false;
	}
	if (refused == 0 || !unit_props_settable(after))
		return true;
	if (n == 1)
		unit_run_end(run, APPLIED_REFUSED, refused, &why);
	else
		send_singly(run, list);
	unit_props_done(after);
	r = run->a->bus.get(run->a->bus.ctx, run->unit, after, &e);
	if (r < 0)
		unit_run_end(run, APPLIED_REFUSED, r, &e);
	return r == 0;
}

static void kernel_read(struct unit_run *run, enum knob k, const struct unit_props *after, struct value *ret)
{
	const char *path = !strcmp(after->cgroup, "/") ? "" : after->cgroup;

	*ret = (struct value){0};
	if (run->a->kernel && *after->cgroup)
		observe_value(run->a->kernel, run->a->hierarchy, path, k, run->a->page_bytes, &run->arena, ret);
}

static bool is_no_limit(const struct value *v)
{
	return v->kind == VALUE_MAX || (v->kind == VALUE_LIST && !*value_list(v)) || (v->kind == VALUE_NUMBER && !v->number);
}

/* Where nothing needs a controller, systemd takes it away, and its files with it. Memory comes in whole pages. */
static bool kernel_holds(const struct unit_run *run, enum knob k, const struct value *set, const struct value *kernel)
{
	struct value pages = *set;

	if (kernel->kind == VALUE_UNKNOWN)
		return is_no_limit(set);
	if (property_rows[k].form == PROPERTY_BYTES && run->a->page_bytes)
		pages.number -= pages.number % run->a->page_bytes;
	return unit_value_holds(k, &pages, kernel);
}

static void deed_differs(struct unit_deed *d, const char *who, const struct value *expected, const struct value *now)
{
	char asked[300], left[300];
	struct err e;

	unit_value_text(d->action->knob, expected, asked, sizeof(asked));
	unit_value_text(d->action->knob, now, left, sizeof(left));
	unit_deed_end(d, APPLIED_OTHER, fail(&e, ERANGE, "systemd took %s=%s, and %s has %s", property_key(d->action->knob), asked, who, left),
		      &e);
}

void unit_deed_judge(struct unit_run *run, struct unit_deed *d, const struct value *expected, const struct unit_props *after)
{
	enum knob k = d->action->knob;

	if (d->is_told)
		return;
	if (!unit_props_settable(after)) {
		d->result.set = *expected;
		unit_deed_end(d, APPLIED_LATER, 0, NULL);
		return;
	}
	d->result.set = after->set[k];
	value_keep(&run->arena, &d->result.set);
	kernel_read(run, k, after, &d->result.kernel);
	if (!value_equal(expected, &d->result.set) && !is_idle(k, after))
		deed_differs(d, "systemd", expected, &d->result.set);
	else if (!*after->cgroup)
		unit_deed_end(d, APPLIED_LATER, 0, NULL);
	else if (run->a->kernel && !is_idle(k, after) && !kernel_holds(run, k, &d->result.set, &d->result.kernel))
		deed_differs(d, "the kernel", expected, &d->result.kernel);
	else
		unit_deed_end(d, APPLIED_DONE, 0, NULL);
}

/* What systemd did not take stands in no drop-in either. */
static void refused_take(struct unit_run *run)
{
	uint32_t knobs = 0;

	for (size_t i = 0; i < run->n; i++)
		if (run->list[i].result.outcome == APPLIED_REFUSED && !units_lost(-run->list[i].result.error))
			knobs |= 1U << run->list[i].action->knob;
	if (knobs)
		unit_file_take(run->a->folders, run->unit, knobs, NULL);
}

void unit_run_set(struct unit_run *run)
{
	auto_free struct unit_setting *list = must_alloc(run->n * 2 * sizeof(*list));
	struct unit_props after = {0};
	struct err e;
	int r;

	unit_run_guard(run);
	for (size_t i = 0; i < run->n; i++) {
		list[i] = (struct unit_setting){run->list[i].action->knob, run->list[i].action->value};
		property_round(list[i].knob, &list[i].value);
	}
	r = unit_file_put(run->a->folders, run->unit, list + run->n, open_settings(run, list, list + run->n), &e);
	if (r < 0)
		unit_run_end(run, APPLIED_REFUSED, r, &e);
	if (unit_run_send(run, list, &after)) {
		for (size_t i = 0; i < run->n; i++)
			unit_deed_judge(run, &run->list[i], &list[i].value, &after);
		refused_take(run);
	}
	unit_props_done(&after);
}
