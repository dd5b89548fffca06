/* What cgqd changed on a unit is given back: the value, its control file, the line in the drop-in, the folders. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "unit_apply_parts.h"
#include "unit_own.h"

/* What cgqd did not change, or has given back. */
static void forget_some(struct unit_run *run)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);

	for (size_t i = 0; i < run->n; i++)
		if (!run->list[i].is_told && (!u || !unit_kept_find(u, run->list[i].action->knob)))
			unit_deed_end(&run->list[i], APPLIED_DONE, 0, NULL);
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
	value_keep(&run->arena, ret);
	unit_props_done(&nowhere);
	return r;
}

/* A unit that came only after its drop-in never showed what it has without: its own files say so. */
static void own_of(struct unit_run *run, enum knob k, struct unit_props *now, struct value *ret)
{
	if (!now->load_state && run->a->bus.get(run->a->bus.ctx, run->unit, now, NULL) < 0)
		return;
	if (unit_props_settable(now) && default_of(run, k, ret) == 0)
		unit_own_value(run->a->folders, now, k, &run->arena, ret);
}

/* Law 3 also holds for a limit that the planner could not know of. */
static bool own_kills(struct unit_run *run, const struct unit_action *act, const struct value *own)
{
	struct unit_action guarded = *act;

	guarded.value = *own;
	guarded.only_below_bytes = own->number;
	return act->knob == KNOB_MEMORY_MAX && own->kind == VALUE_NUMBER &&
	       !(run->a->is_below && run->a->is_below(run->a->ctx, &guarded));
}

/* What the property is to be again, in its own knob's terms. */
static void before_of(struct unit_run *run, struct unit_deed *d, struct unit_props *now, struct unit_setting *ret)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);
	const struct knob_kept *kept = u ? unit_kept_find(u, d->action->knob) : NULL;

	*ret = (struct unit_setting){.knob = property_knob(d->action->knob)};
	if (!kept || d->is_told)
		return;
	ret->value = kept->before;
	value_keep(&run->arena, &ret->value);
	if (kept->before.kind != VALUE_UNKNOWN)
		return;
	own_of(run, ret->knob, now, &ret->value);
	if (own_kills(run, d->action, &ret->value))
		unit_deed_end(d, APPLIED_WAITS, 0, NULL);
}

static int files_restore(struct unit_run *run, enum knob k, struct err *e)
{
	const struct unit_kept *u = unit_store_find(run->a->store, run->unit);
	const struct knob_kept *kept = u ? unit_kept_find(u, k) : NULL;
	int r = kept ? control_file_restore(run->a->folders, run->unit, k, &kept->file, e) : 0;

	return r < 0 ? r : unit_file_take(run->a->folders, run->unit, 1U << k, e);
}

/* What systemd has back, or never had. */
static void deed_finish(struct unit_run *run, struct unit_deed *d, const struct unit_setting *before, const struct unit_props *after)
{
	struct value expected = before->value;
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
	if (before->knob != d->action->knob)
		property_value(d->action->knob, property_number(before->knob, &before->value), &expected);
	unit_deed_judge(run, d, &expected, after);
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
	struct unit_folders_stand before = u ? u->folders : (struct unit_folders_stand){true, true, true};
	auto_free struct unit_setting *list = must_alloc(run->n * sizeof(*list));
	struct unit_props now = {0}, after = {0};

	unit_run_guard(run);
	forget_some(run);
	for (size_t i = 0; i < run->n; i++)
		before_of(run, &run->list[i], &now, &list[i]);
	if (unit_run_send(run, list, &after))
		for (size_t i = 0; i < run->n; i++)
			deed_finish(run, &run->list[i], &list[i], &after);
	folders_drop(run, before);
	unit_props_done(&now);
	unit_props_done(&after);
}
