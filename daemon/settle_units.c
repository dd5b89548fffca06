/* Groups limited in place, on the units of systemd that their processes are in: look, plan, and what systemd is told. */
#include "settle_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
/* The next look for somebody who joined comes no sooner than after so many times what the last one took: it costs 5 % of a CPU. */
#define REST_TIMES 20
#define REST_MOST_NS UINT64_C(2000000000)

static int on_soon(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct err e = {0};

	daemon_settle(userdata, WHY_UNITS, &e);
	return 0;
}

void settle_units_soon(struct daemon *d)
{
	struct in_place *u = &d->in_place;
	uint64_t now_ns = placer_now_ns(), usec = SOON_USEC;

	if (!d->event || u->looks)
		return;
	if (now_ns + usec * 1000 < u->rest_until_ns)
		usec = (u->rest_until_ns - now_ns) / 1000;
	if (!u->soon && sd_event_add_time_relative(d->event, &u->soon, CLOCK_MONOTONIC, usec, 1000, on_soon, d) < 0)
		d->again = true;
	else if (sd_event_source_get_enabled(u->soon, NULL) == 0) {
		sd_event_source_set_time_relative(u->soon, usec);
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
static void refusal_wait(struct daemon *d, size_t n)
{
	struct in_place *u = &d->in_place;

	if (n > u->n_refused || !n)
		u->refused_seconds = n > 0;
	else if (u->refused_seconds < d->settings.verify_seconds)
		u->refused_seconds *= 2;
	u->n_refused = n;
	u->refused_until_ns = placer_now_ns() + u->refused_seconds * UINT64_C(1000000000);
}

static void tell_refusals(struct daemon *d)
{
	const struct in_place *u = &d->in_place;
	size_t n = 0;

	for (size_t i = 0; i < u->seen.n; i++) {
		if (!u->seen.list[i].refusal || u->seen.list[i].group == GROUP_NONE)
			continue;
		n++;
		settle_trouble(d, TROUBLE_APPLY, u->seen.list[i].group, u->seen.list[i].refusal);
	}
	refusal_wait(d, n);
}

/* Who is in which unit, those in none put into one, and how each of these stands. */
static int look_at_units(struct daemon *d, struct err *e)
{
	struct in_place *u = &d->in_place;
	unsigned h = settle_units_hierarchy(d);
	struct book_look book_look = {d->proc, d->kernel, &d->machine, d->members, h, d->placer.keepers};
	struct unit_book book;
	struct unit_look look = {units_bus(u->bus), d->kernel, &d->machine, h, d->choice.policy, d->passive, &book, &u->store,
				&unit_folders_of_systemd, &u->seen};
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

/* What was refused for a full disk, or for files that stand otherwise by now, is tried again now and then. */
static void refusals_age(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	if (placer_now_ns() < u->refusals_until_ns)
		return;
	refusals_clear(&u->refusals);
	u->refusals_until_ns = placer_now_ns() + d->settings.verify_seconds * UINT64_C(1000000000);
}

static void rest(struct daemon *d, uint64_t took_ns)
{
	uint64_t ns = REST_TIMES * took_ns;

	d->in_place.rest_until_ns = placer_now_ns() + (ns < REST_MOST_NS ? ns : REST_MOST_NS);
}

int settle_units(struct daemon *d, struct err *e)
{
	uint64_t begun, looked = placer_now_ns();
	struct err bus = {0};
	int r;

	refusals_age(d);
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
	rest(d, placer_now_ns() - looked);
	return 0;
}

static bool is_left(const struct daemon *d, const struct drift *one)
{
	for (size_t i = 0; i < d->drift.n_held; i++) {
		const struct drift *held = &d->drift.found.list[i];

		if (held->kind == one->kind && held->knob == one->knob && !strcmp(held->path, one->path))
			return true;
	}
	return false;
}

/* What somebody else changed since, a settle has to judge and to tell. */
static bool others_changed(const struct daemon *d)
{
	struct drifts now = {0};
	bool any = false;

	drift_find(d->want, &d->machine, &d->drift.made, &d->tree, &now);
	for (size_t i = 0; i < now.n && !any; i++)
		any = now.list[i].kind == DRIFT_VALUE && !is_left(d, &now.list[i]);
	drifts_done(&now);
	return any;
}

static void parts_again(struct daemon *d)
{
	settle_units_observe(d);
	want_again(d);
	if (others_changed(d)) {
		settle_units_soon(d);
		return;
	}
	plan_and_apply(d);
	settle_units_want(d, NULL);
	tree_again(d);
	made_take(&d->drift.made, d->want, &d->machine, &d->tree, d->drift.found.list, d->drift.found.n);
}

/* Each second: what units want has changed, or who competes with them; then weights and parts do. */
void settle_units_tick(struct daemon *d)
{
	struct in_place *u = &d->in_place;
	const struct hierarchy *h = &d->machine.hierarchies[settle_units_hierarchy(d)];
	struct unit_plan *plan;

	if (!u->bus || !u->seen.n || !u->want || !d->want || !d->want->in_place)
		return;
	if (u->refused_seconds && u->refused_seconds < d->settings.verify_seconds && placer_now_ns() >= u->refused_until_ns)
		d->again = true;
	unit_load_tick(u->load, h, d->machine.cpus, &u->seen, placer_now_ns());
	unit_load_fill(u->load, h, &u->seen, false);
	unit_want_free(u->want);
	u->want = unit_want_make(d->choice.policy, &d->machine, u->groups, &u->seen);
	settle_units_want(d, NULL);
	plan = unit_plan_make(u->want, &u->seen, &u->refusals);
	hold(d, plan);
	if (plan->n || d->n_shrinking)
		parts_again(d);
	unit_plan_free(plan);
}

bool settle_units_is_limited(const struct daemon *d, const char *unit, unsigned group)
{
	const struct in_place *u = &d->in_place;

	for (size_t i = 0; unit && i < u->seen.n; i++) {
		const struct seen_unit *one = &u->seen.list[i];

		if (one->group == group && one->cgroup && !one->refusal && !strcmp(one->name, unit))
			return true;
	}
	return false;
}

/* A container's, say, is left alone, whoever joins in there. */
static bool may_limit(enum unit_place place)
{
	return place != UNIT_INIT && place != UNIT_USER && place != UNIT_MACHINE && place != UNIT_OTHER;
}

/* Its unit may be one that nobody has limited yet. */
void settle_units_joined(void *ctx, struct proc_facts *f, unsigned group)
{
	struct daemon *d = ctx;
	struct arena arena = {0};
	struct unit_path path;
	unsigned h;

	if (d->machine.placement != PLACEMENT_UNITS || d->in_place.looks || d->passive || !d->choice.policy->groups[group].enforce)
		return;
	h = settle_units_hierarchy(d);
	if (proc_read(d->proc, f, FACT_CGROUP) < 0 || !f->cgroups[h])
		return;
	unit_path_read(&arena, f->cgroups[h], &path);
	if (may_limit(path.place) && !settle_units_is_limited(d, path.unit.name, group))
		settle_units_soon(d);
	arena_done(&arena);
}

void settle_units_done(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	settle_units_forget(d);
	want_free(u->groups);
	units_free(u->bus);
	unit_load_free(u->load);
	unit_store_done(&u->store);
	strmap_clear(&u->reclaimed, free);
	unit_frozen_done(&u->frozen);
	sd_event_source_disable_unref(u->soon);
}
