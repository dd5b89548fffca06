/* What cgqd changed on a unit is given back: the value, its control file, the line in the drop-in, the folders. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "unit_apply_parts.h"
#include "unit_own.h"

static bool run_has(const struct unit_run *run, enum knob k)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->list[i].action->knob == k)
			return true;
	return false;
}

/* The weight and "idle" are one property: it is given back with the last of them. */
static bool is_held(const struct unit_run *run, const struct unit_kept *u, enum knob k)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->list[i].knob != k && property_shared(u->list[i].knob, k) && !run_has(run, u->list[i].knob))
			return true;
	return false;
}

/* What needs no more than to be forgotten. */
static void forget_some(struct unit_run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct unit_kept *u = unit_store_find(run->a->store, run->unit);
		struct unit_deed *d = &run->list[i];

		if (d->is_told || (u && unit_kept_find(u, d->action->knob) && !is_held(run, u, d->action->knob)))
			continue;
		unit_store_drop(run->a->store, run->unit, d->action->knob);
		unit_deed_end(d, APPLIED_DONE, 0, NULL);
	}
}

/* What systemd gives any unit of that type: it tells that of one that is not there, too. */
static int default_of(struct unit_run *run, enum knob k, struct value *ret)
{
	const char *suffix = strrchr(run->unit, '.');
	auto_free char *name = must_printf("cgq-nowhere%s", suffix ? suffix : "");
	struct unit_props nowhere = {0};
	int r = run->a->bus.get(run->a->bus.ctx, name, &nowhere, NULL);

	if (r == 0)
		*ret = nowhere.set[k];
	unit_props_done(&nowhere);
	return r;
}

/* A unit that came only after its drop-in never showed what it has without: its own files say so. */
static void before_of(struct unit_run *run, enum knob k, struct unit_props *now, struct value *ret)
{
	unit_store_before(run->a->store, run->unit, k, ret);
	if (ret->kind != VALUE_UNKNOWN)
		return;
	if (!now->load_state && run->a->bus.get(run->a->bus.ctx, run->unit, now, NULL) < 0)
		return;
	if (unit_props_settable(now) && default_of(run, k, ret) == 0)
		unit_own_value(run->a->folders, now, k, ret);
}

static int files_restore(struct unit_run *run, enum knob k, struct err *e)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);
	const struct knob_kept *kept = u ? unit_kept_find(u, k) : NULL;
	int r = kept ? control_file_restore(run->a->folders, run->unit, k, &kept->file, e) : 0;

	return r < 0 ? r : unit_file_take(run->a->folders, run->unit, 1U << k, e);
}

/* What systemd has back, or never had. */
static void deed_finish(struct unit_run *run, struct unit_deed *d, const struct value *before, const struct unit_props *after)
{
	struct err e;
	int r;

	if (d->is_told)
		return;
	r = files_restore(run, d->action->knob, &e);
	if (r < 0) {
		unit_deed_end(d, APPLIED_REFUSED, r, &e);
		return;
	}
	unit_store_drop(run->a->store, run->unit, d->action->knob);
	unit_deed_judge(run, d, before, after);
	if (d->result.outcome == APPLIED_LATER)
		unit_deed_end(d, APPLIED_DONE, 0, NULL);
}

static void folders_drop(struct unit_run *run, struct unit_folders_stand before)
{
	if (!unit_store_find(run->a->store, run->unit))
		unit_folders_drop(run->a->folders, run->unit, before, NULL);
}

void unit_run_give_back(struct unit_run *run)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);
	struct unit_folders_stand before = u ? u->folders : (struct unit_folders_stand){true, true};
	auto_free struct unit_setting *list = must_alloc(run->n * sizeof(*list));
	struct unit_props now = {0}, after = {0};

	unit_run_guard(run);
	forget_some(run);
	for (size_t i = 0; i < run->n; i++) {
		list[i].knob = run->list[i].action->knob;
		if (!run->list[i].is_told)
			before_of(run, list[i].knob, &now, &list[i].value);
	}
	if (unit_run_send(run, list, &after))
		for (size_t i = 0; i < run->n; i++)
			deed_finish(run, &run->list[i], &list[i].value, &after);
	folders_drop(run, before);
	unit_props_done(&now);
	unit_props_done(&after);
}
