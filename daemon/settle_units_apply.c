/* What systemd is told of units, and what comes of it. */
#include "settle_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "settle_units.h"
#include "sample_parse.h"
#include "size_text.h"
#include "text.h"
#include "unit_apply.h"
#include "unit_property.h"
#include "unit_value.h"

#define VALUE_TEXT_BYTES 300

static struct seen_unit *unit_of(struct daemon *d, const struct unit_action *a)
{
	return &d->in_place.seen.list[a->unit];
}

static const char *path_of(const struct daemon *d, unsigned group)
{
	return group < d->choice.policy->n_groups ? d->choice.policy->groups[group].path : NULL;
}

static bool memory_read(struct daemon *d, const char *cgroup, uint64_t *ret)
{
	struct kernel *k = d->kernel;
	struct counter use;
	char text[64];

	if (!cgroup || k->read(k, &d->machine.hierarchies[settle_units_hierarchy(d)], cgroup, "memory.current", text, sizeof(text), NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	use = sample_number(text);
	*ret = use.value;
	return use.known;
}

/* A unit that does not run uses nothing. */
static bool uses_at_most(struct daemon *d, const struct unit_action *a, uint64_t bytes)
{
	uint64_t use;

	return !unit_of(d, a)->cgroup || (memory_read(d, unit_of(d, a)->cgroup, &use) && use <= bytes);
}

static bool is_below(void *ctx, const struct unit_action *a)
{
	return uses_at_most(ctx, a, a->only_below_bytes);
}

/*
 * What systemd writes for a limit below use the kernel reclaims within the write, with all of pid 1 waiting. So that comes
 * first; but a soft limit holds also where it does not help, and is asked for once only.
 */
static bool reclaims_first(struct daemon *d, const struct unit_action *a)
{
	auto_free char *key = NULL;
	struct strmap_entry *asked;
	bool is_new;

	if (!a->may_reclaim || a->value.kind != VALUE_NUMBER || uses_at_most(d, a, a->value.number))
		return false;
	key = must_printf("%s %d", unit_of(d, a)->name, (int)a->knob);
	asked = strmap_put(&d->in_place.reclaimed, key);
	is_new = !asked->value || *(uint64_t *)asked->value != a->value.number;
	if (!asked->value)
		asked->value = must_alloc(sizeof(uint64_t));
	*(uint64_t *)asked->value = a->value.number;
	return is_new;
}

static bool was_waiting(const struct shrinking *before, size_t n, const struct shrinking *s)
{
	for (size_t i = 0; i < n; i++)
		if (before[i].knob == s->knob && !strcmp(before[i].path, s->path) && before[i].wanted_bytes == s->wanted_bytes)
			return true;
	return false;
}

/* What the kernel is asked to take, of one plan. */
struct asking {
	struct daemon *d;
	struct arena arena;
	struct action *list;
	size_t n, cap;
};

/* The kernel takes from it until less is in use; then systemd is told of the limit. */
static void reclaim_add(struct asking *c, const struct unit_action *a, uint64_t bytes)
{
	struct daemon *d = c->d;
	char text[VALUE_TEXT_BYTES];

	unit_value_text(a->knob, &a->value, text, sizeof(text));
	array_grow(c->list, c->n, c->cap);
	c->list[c->n++] = (struct action){
		.kind = ACTION_WRITE,
		.hierarchy = settle_units_hierarchy(d),
		.group = a->group,
		.path = unit_of(d, a)->cgroup,
		.knob = a->knob,
		.file = knob_file(a->knob, 2),
		.text = arena_strdup(&c->arena, text),
		.at = a->at,
		.only_below_bytes = bytes,
		.only_reclaims = true,
	};
}

/* What an earlier plan asked for, and this one does not, is given up. */
static void reclaim_all(struct asking *c)
{
	reclaim_keep(c->d->reclaim, c->list, c->n);
	for (size_t i = 0; i < c->n; i++)
		reclaim_ask(c->d->reclaim, &c->list[i]);
	free(c->list);
	arena_done(&c->arena);
}

static void shrinking_add(struct asking *c, const struct unit_action *a, uint64_t bytes, const struct shrinking *before,
			  size_t n_before)
{
	struct daemon *d = c->d;
	struct seen_unit *unit = unit_of(d, a);
	struct shrinking s = {must_strdup(unit->cgroup), a->knob, bytes, UINT64_MAX};
	char size[32];

	memory_read(d, unit->cgroup, &s.use_bytes);
	array_grow(d->shrinking, d->n_shrinking, d->cap_shrinking);
	d->shrinking[d->n_shrinking++] = s;
	reclaim_add(c, a, bytes);
	if (!was_waiting(before, n_before, &s))
		settle_say(d, LOG_LEVEL_INFO,
			   &(struct happening){.kind = HAPPENING_SHRINK, .group = path_of(d, a->group), .at = a->at},
			   "%s: %s: the lower limit of %s waits until less is in use", unit->name, property_rows[a->knob].key,
			   size_text(bytes, size, sizeof(size)));
}

void settle_units_shrinking(struct daemon *d, struct unit_plan *plan)
{
	size_t n_before = d->n_shrinking, n = 0;
	auto_free struct shrinking *before = must_alloc((n_before + 1) * sizeof(*before));
	struct asking asking = {.d = d};

	memcpy(before, d->shrinking, n_before * sizeof(*before));
	d->n_shrinking = 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct unit_action *a = &plan->list[i];
		bool waits = a->only_below_bytes && !is_below(d, a), first = !waits && reclaims_first(d, a);

		if (waits || first)
			shrinking_add(&asking, a, waits ? a->only_below_bytes : a->value.number, before, n_before);
		if (!first)
			plan->list[n++] = *a;
	}
	plan->n = n;
	reclaim_all(&asking);
	if (!d->n_shrinking)
		strmap_clear(&d->in_place.reclaimed, free);
	for (size_t i = 0; i < n_before; i++)
		free(before[i].path);
}

static void refuse(struct daemon *d, const struct unit_action *a, const struct unit_result *r)
{
	struct seen_unit *unit = unit_of(d, a);
	const struct value *left = unit_in_force(unit, a->knob);
	char text[VALUE_TEXT_BYTES];

	unit_value_text(a->knob, &a->value, text, sizeof(text));
	refusals_put(&d->in_place.refusals, unit->name, a->knob, text, left, r->error);
	if (unit->cgroup)
		refusals_put(&d->refusals, unit->cgroup, a->knob, text, &unit->kernel[a->knob], r->outcome == APPLIED_OTHER ? 0 : r->error);
	settle_trouble(d, TROUBLE_APPLY, a->group, r->e->text);
}

/* That says nothing of the value: it is tried again as soon as systemd answers. */
static void lose(struct daemon *d, const struct unit_action *a, const struct unit_result *r)
{
	settle_trouble(d, TROUBLE_APPLY, a->group, r->e->text);
	d->again = true;
}

static void applied(struct daemon *d, const struct unit_action *a, bool later)
{
	struct seen_unit *unit = unit_of(d, a);
	const char *verb = a->gives_back ? "given back" : later ? "will be set when it starts" : "set", *group = path_of(d, a->group);
	auto_free char *what = must_printf("%s of %s", property_rows[a->knob].key, unit->name);
	char was[VALUE_TEXT_BYTES], now[VALUE_TEXT_BYTES];

	d->writes++;
	refusals_drop(&d->in_place.refusals, unit->name, a->knob);
	if (unit->cgroup)
		refusals_drop(&d->refusals, unit->cgroup, a->knob);
	property_text(a->knob, &a->was, was, sizeof(was));
	property_text(a->knob, &a->value, now, sizeof(now));
	settle_say(d, LOG_LEVEL_DETAIL,
		   &(struct happening){.kind = HAPPENING_APPLY, .group = group, .at = a->at, .what = what, .was = was, .now = now,
				       .text = verb},
		   "%s: %s: %s -> %s", what, verb, was, now);
}

/* One plan, and what of it was not done. */
struct applying {
	struct daemon *d;
	struct not_done {
		unsigned within;
		enum knob knob;
	} *list;
	size_t n, cap;
};

static void on_result(void *ctx, const struct unit_action *a, const struct unit_result *r)
{
	struct applying *c = ctx;
	struct daemon *d = c->d;
	struct seen_unit *unit = unit_of(d, a);
	bool done = r->outcome == APPLIED_DONE || r->outcome == APPLIED_LATER;

	if (!done) {
		array_grow(c->list, c->n, c->cap);
		c->list[c->n++] = (struct not_done){a->within, a->knob};
	}
	if (r->outcome == APPLIED_WAITS)
		return;
	unit_result_take(unit, a->knob, r, &d->in_place.seen.arena);
	unit_store_before(&d->in_place.store, unit->name, a->knob, &d->in_place.seen.arena, &unit->before[a->knob]);
	if (done)
		applied(d, a, r->outcome == APPLIED_LATER);
	else if (units_lost(-r->error))
		lose(d, a, r);
	else
		refuse(d, a, r);
}

static bool use_allows(void *ctx, const struct unit_action *a)
{
	return is_below(((struct applying *)ctx)->d, a);
}

/* What one unit gets more of, another one has to have given first. */
static bool is_covered(const struct applying *c, const struct unit_action *a)
{
	for (size_t i = 0; i < c->n; i++)
		if (a->within != GROUP_NONE && c->list[i].within == a->within && c->list[i].knob == a->knob)
			return false;
	return true;
}

/* Of the limits that several units share: what one gets more of comes once all have given. */
static bool comes_last(const struct unit_action *a)
{
	return a->raises && a->within != GROUP_NONE;
}

/*
 * All that one unit is told comes together: it is one call then, after which systemd has its files in the order in which it
 * would read them. Otherwise it takes them for changed, and asks for a daemon-reload.
 */
static void unit_by_unit(struct unit_action *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1, to = i + 1; k < n; k++) {
			struct unit_action one = list[k];

			if (one.unit != list[i].unit)
				continue;
			memmove(&list[to + 1], &list[to], (k - to) * sizeof(*list));
			list[to++] = one;
		}
}

static void apply_half(struct applying *c, const struct unit_plan *plan, bool last)
{
	struct daemon *d = c->d;
	struct in_place *u = &d->in_place;
	auto_free struct unit_action *half = must_alloc((plan->n + 1) * sizeof(*half));
	struct unit_plan part = {.list = half};
	struct unit_applier applier = {
		.bus = units_bus(u->bus),
		.store = &u->store,
		.state = d->state_fd,
		.folders = &unit_folders_of_systemd,
		.kernel = d->kernel,
		.hierarchy = &d->machine.hierarchies[settle_units_hierarchy(d)],
		.page_bytes = d->machine.page_bytes,
		.policy = d->choice.policy,
		.is_below = use_allows,
		.tell = on_result,
		.ctx = c,
	};
	struct err e = {0};

	for (size_t i = 0; i < plan->n; i++)
		if (comes_last(&plan->list[i]) == last && (!last || is_covered(c, &plan->list[i])))
			half[part.n++] = plan->list[i];
	unit_by_unit(half, part.n);
	if (part.n && unit_apply(&applier, &part, &u->seen, &e) < 0)
		settle_state_trouble(d, &e);
}

void settle_units_apply(struct daemon *d, const struct unit_plan *plan)
{
	struct applying c = {.d = d};

	apply_half(&c, plan, false);
	apply_half(&c, plan, true);
	free(c.list);
}
