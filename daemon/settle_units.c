/* Groups limited in place, on the units of systemd that their processes are in: look, plan, and what systemd is told. */
#include "settle_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "log.h"
#include "plan_make.h"
#include "settle_units.h"
#include "text.h"
#include "unit_observe.h"
#include "unit_plan.h"
#include "unit_want.h"
#include "want_in_place.h"

/* Who starts a service starts more than one process. */
#define SOON_USEC 50000U

static int on_soon(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct err e = {0};

	daemon_settle(userdata, WHY_UNITS, &e);
	return 0;
}

void settle_units_soon(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	if (!d->event || u->looks)
		return;
	if (!u->soon && sd_event_add_time_relative(d->event, &u->soon, CLOCK_MONOTONIC, SOON_USEC, 1000, on_soon, d) < 0)
		d->again = true;
	else if (sd_event_source_get_enabled(u->soon, NULL) == 0) {
		sd_event_source_set_time_relative(u->soon, SOON_USEC);
		sd_event_source_set_enabled(u->soon, SD_EVENT_ONESHOT);
	}
}

static void on_reloaded(void *ctx)
{
	settle_units_soon(ctx);
}

static void on_gone(void *ctx)
{
	log_line(LOG_LEVEL_WARNING, "systemd's bus is gone; limits stay as they are, and it is asked again each second");
}

static void on_returned(void *ctx)
{
	log_line(LOG_LEVEL_INFO, "systemd answers on its bus again");
	settle_units_soon(ctx);
}

/* Of the v2 hierarchy. */
unsigned settle_units_hierarchy(const struct daemon *d)
{
	for (unsigned h = 0; h < d->machine.n_hierarchies; h++)
		if (d->machine.hierarchies[h].version == 2)
			return h;
	return 0;
}

/* No group is as it should be while nobody can be asked to make it so. */
static void tell_no_bus(struct daemon *d, const struct err *e)
{
	auto_free char *text = must_printf("systemd cannot be asked: %s; limits stay as they are, tried again every second", e->text);

	for (unsigned g = 0; g < d->choice.policy->n_groups; g++)
		if (d->choice.policy->groups[g].enforce && !d->passive)
			settle_trouble(d, TROUBLE_APPLY, g, text);
	settle_trouble(d, TROUBLE_APPLY, GROUP_NONE, text);
}

static int connect_bus(struct daemon *d, struct err *e)
{
	struct units_events on = {.reloaded = on_reloaded, .gone = on_gone, .returned = on_returned, .ctx = d};
	struct in_place *u = &d->in_place;
	struct err loading = {0};

	if (!u->load)
		u->load = unit_load_new(d->kernel);
	if (!u->store_loaded && unit_store_load(d->state_fd, &u->store, &loading) < 0)
		settle_state_trouble(d, &loading);
	u->store_loaded = true;
	if (!u->bus)
		u->bus = units_new(d->event, &on, e);
	return u->bus ? 0 : -e->code;
}

void settle_units_forget(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	seen_units_done(&u->seen);
	unit_want_free(u->want);
	u->want = NULL;
	refusals_clear(&u->refusals);
}

void settle_units_want(struct daemon *d, struct want *groups)
{
	struct in_place *u = &d->in_place;
	struct unit_want none = {0};

	if (groups)
		want_free(u->groups);
	else
		want_free(d->want);
	u->groups = groups ? groups : u->groups;
	d->want = want_in_place(d->choice.policy, &d->machine, u->groups, &u->seen, u->want ? u->want : &none);
	d->placer.want = d->want;
}

static void want_again(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	unit_want_free(u->want);
	u->want = unit_want_make(d->choice.policy, &d->machine, u->groups, &u->seen);
	settle_units_want(d, NULL);
}

static void tree_again(struct daemon *d)
{
	tree_free(&d->tree);
	unit_tree(&d->in_place.seen, settle_units_hierarchy(d), &d->tree);
}

void settle_units_observe(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	unit_observe_kernel(d->kernel, &d->machine, settle_units_hierarchy(d), &u->seen);
	if (u->load)
		unit_load_fill(u->load, &d->machine.hierarchies[settle_units_hierarchy(d)], &u->seen, true);
	tree_again(d);
}

/* A service that has just started has helpers that are gone in a moment: it is looked at again soon, then ever more rarely. */
static void refusal_wait(struct daemon *d, bool any)
{
	struct in_place *u = &d->in_place;

	u->refused_seconds = !any ? 0 : u->refused_seconds ? 2 * u->refused_seconds : 1;
	u->refused_until_ns = placer_now_ns() + u->refused_seconds * UINT64_C(1000000000);
}

static void tell_refusals(struct daemon *d)
{
	const struct in_place *u = &d->in_place;
	bool any = false;

	for (size_t i = 0; i < u->seen.n; i++) {
		if (!u->seen.list[i].refusal || u->seen.list[i].group == GROUP_NONE)
			continue;
		any = true;
		settle_trouble(d, TROUBLE_APPLY, u->seen.list[i].group, u->seen.list[i].refusal);
	}
	refusal_wait(d, any);
}

/* Who is in which unit, those in none put into one, and how each of these stands. */
static int look_at_units(struct daemon *d, struct err *e)
{
	struct in_place *u = &d->in_place;
	unsigned h = settle_units_hierarchy(d);
	struct book_look book_look = {d->proc, d->kernel, &d->machine, d->members, h};
	struct unit_book book;
	struct unit_look look = {u->bus, d->kernel, &d->machine, h, d->choice.policy, d->passive, &book, &u->store};
	struct seen_units seen = {0};
	int r;

	unit_book_read(&book_look, &book);
	if (settle_units_gather(d, &book) > 0) {
		unit_book_done(&book);
		unit_book_read(&book_look, &book);
	}
	r = unit_observe(&look, &seen, e);
	unit_book_done(&book);
	if (r < 0) {
		seen_units_done(&seen);
		return r;
	}
	unit_load_fill(u->load, &d->machine.hierarchies[h], &seen, true);
	seen_units_done(&u->seen);
	u->seen = seen;
	return 0;
}

/* Somebody else changed it, and it is left so for now. */
static bool is_held(const struct daemon *d, const struct unit_action *a)
{
	const char *cgroup = d->in_place.seen.list[a->unit].cgroup;

	for (size_t i = 0; cgroup && i < d->drift.n_held; i++) {
		const struct drift *one = &d->drift.found.list[i];

		if (one->kind == DRIFT_VALUE && one->knob == a->knob && !strcmp(one->path, cgroup))
			return true;
	}
	return false;
}

static void hold(const struct daemon *d, struct unit_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) /* FREEZE is no property, but a call: see settle_units_freeze() */
		if (!is_held(d, &plan->list[i]) && plan->list[i].knob != KNOB_FREEZE)
			plan->list[n++] = plan->list[i];
	plan->n = n;
}

static void plan_and_apply(struct daemon *d)
{
	struct in_place *u = &d->in_place;
	struct unit_plan *plan = unit_plan_make(u->want, &u->seen, &u->refusals);

	hold(d, plan);
	settle_units_shrinking(d, plan);
	if (plan->n)
		settle_units_apply(d, plan);
	unit_plan_free(plan);
	settle_units_freeze(d);
}

static int look_at_processes(struct daemon *d, struct err *e)
{
	struct tree none = {0};
	int r;

	d->in_place.looks = true;
	troubles_begin(&d->troubles, TROUBLE_PLACE);
	r = placer_look(&d->placer, &none, e);
	troubles_settle(&d->troubles, TROUBLE_PLACE);
	d->in_place.looks = false;
	return r;
}

int settle_units(struct daemon *d, struct err *e)
{
	struct err bus = {0};
	uint64_t begun;
	int r;

	d->lost = d->again = false;
	r = look_at_processes(d, e);
	if (r < 0)
		return r;
	begun = placer_now_ns();
	troubles_begin(&d->troubles, TROUBLE_APPLY);
	r = connect_bus(d, &bus);
	if (r == 0)
		r = look_at_units(d, &bus);
	if (r == 0) {
		want_again(d);
		tree_again(d);
		tell_refusals(d);
		settle_drift_find(d);
		plan_and_apply(d);
		settle_units_want(d, NULL);
		tree_again(d);
	} else {
		tell_no_bus(d, &bus);
		d->again = true;
	}
	troubles_settle(&d->troubles, TROUBLE_APPLY);
	d->applied_ns = placer_now_ns() - begun;
	return 0;
}

/* Each second: what units want has changed, or who competes with them; then weights and parts do. */
void settle_units_tick(struct daemon *d)
{
	struct in_place *u = &d->in_place;
	const struct hierarchy *h = &d->machine.hierarchies[settle_units_hierarchy(d)];
	struct unit_plan *plan;

	if (!u->bus || !u->seen.n || !u->want)
		return;
	if (u->refused_seconds && u->refused_seconds < d->settings.verify_seconds && placer_now_ns() >= u->refused_until_ns)
		d->again = true;
	unit_load_tick(u->load, h, d->machine.cpus, &u->seen, placer_now_ns());
	unit_load_fill(u->load, h, &u->seen, false);
	unit_want_free(u->want);
	u->want = unit_want_make(d->choice.policy, &d->machine, u->groups, &u->seen);
	settle_units_want(d, NULL);
	plan = unit_plan_make(u->want, &u->seen, &u->refusals);
	if (plan->n) {
		settle_units_observe(d); /* what has changed meanwhile is somebody else's, and not for now */
		unit_plan_free(plan);
		want_again(d);
		plan_and_apply(d);
		settle_units_want(d, NULL);
		tree_again(d);
		made_take(&d->drift.made, d->want, &d->machine, &d->tree, d->drift.found.list, d->drift.found.n);
		return;
	}
	unit_plan_free(plan);
}

/* Its unit may be one that nobody has limited yet. */
void settle_units_joined(void *ctx, struct proc_facts *f, unsigned group)
{
	struct daemon *d = ctx;
	struct in_place *u = &d->in_place;
	struct arena arena = {0};
	struct unit_path path;
	bool known = false;

	if (d->machine.placement != PLACEMENT_UNITS || u->looks || !d->choice.policy->groups[group].enforce)
		return;
	if (proc_read(d->proc, f, FACT_CGROUP) < 0 || !f->cgroups[settle_units_hierarchy(d)])
		return;
	unit_path_read(&arena, f->cgroups[settle_units_hierarchy(d)], &path);
	for (size_t i = 0; path.unit.name && !known && i < u->seen.n; i++)
		known = !strcmp(u->seen.list[i].name, path.unit.name) && u->seen.list[i].group == group &&
			!u->seen.list[i].refusal && u->seen.list[i].cgroup;
	arena_done(&arena);
	if (!known)
		settle_units_soon(d);
}

void settle_units_done(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	settle_units_forget(d);
	want_free(u->groups);
	units_free(u->bus);
	unit_load_free(u->load);
	unit_store_done(&u->store);
	strmap_clear(&u->reclaimed, NULL);
	strmap_clear(&u->frozen, NULL);
	sd_event_source_disable_unref(u->soon);
}
