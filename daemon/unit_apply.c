/* A plan for units, run by run: what is kept first, what is told at the end. */
#include "unit_apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "unit_apply_parts.h"

static int bus_get(void *ctx, const char *name, struct unit_props *ret, struct err *e)
{
	return units_get(ctx, name, ret, e);
}

static int bus_set(void *ctx, const char *name, const struct unit_setting *list, size_t n, struct err *e)
{
	return units_set(ctx, name, list, n, e);
}

struct unit_bus units_bus(struct units *u)
{
	return (struct unit_bus){.ctx = u, .get = bus_get, .set = bus_set};
}

void unit_deed_end(struct unit_deed *d, enum unit_outcome outcome, int r, const struct err *e)
{
	d->result.outcome = outcome;
	d->result.error = -r;
	if (e && r < 0)
		d->e = *e;
	d->is_told = true;
}

void unit_run_end(struct unit_run *run, enum unit_outcome outcome, int r, const struct err *e)
{
	for (size_t i = 0; i < run->n; i++)
		if (!run->list[i].is_told)
			unit_deed_end(&run->list[i], outcome, r, e);
}

/* The run that begins at i. */
static struct unit_run run_at(struct unit_applier *a, const struct seen_units *seen, struct unit_deed *deeds, size_t n, size_t i)
{
	const struct unit_action *first = deeds[i].action, *next;
	struct unit_run run = {.a = a, .unit = seen->list[first->unit].name, .list = &deeds[i], .n = 1};

	for (; i + run.n < n; run.n++) {
		next = deeds[i + run.n].action;
		if (next->unit != first->unit || next->gives_back != first->gives_back)
			break;
	}
	return run;
}

/* Those that have nothing written down are not begun, where that cannot be. */
static void all_keep(struct unit_applier *a, const struct seen_units *seen, struct unit_deed *deeds, size_t n)
{
	struct unit_run run;
	struct err e;
	int r;

	for (size_t i = 0; i < n; i += run.n) {
		run = run_at(a, seen, deeds, n, i);
		if (!deeds[i].action->gives_back)
			unit_run_keep(&run);
		arena_done(&run.arena);
	}
	r = unit_store_save(a->state, a->store, &e);
	for (size_t i = 0; r < 0 && i < n; i++)
		if (!deeds[i].action->gives_back && !deeds[i].is_told)
			unit_deed_end(&deeds[i], APPLIED_REFUSED, r, &e);
}

static void run_tell(struct unit_run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct unit_deed *d = &run->list[i];

		d->result.e = d->result.error ? &d->e : NULL;
		if (run->a->tell)
			run->a->tell(run->a->ctx, d->action, &d->result);
	}
}

int unit_apply(struct unit_applier *a, const struct unit_plan *p, const struct seen_units *seen, struct err *e)
{
	struct unit_deed *deeds = must_alloc((p->n + 1) * sizeof(*deeds));
	struct unit_run run;
	int r;

	for (size_t i = 0; i < p->n; i++)
		deeds[i].action = &p->list[i];
	all_keep(a, seen, deeds, p->n);
	for (size_t i = 0; i < p->n; i += run.n) {
		run = run_at(a, seen, deeds, p->n, i);
		if (deeds[i].action->gives_back)
			unit_run_give_back(&run);
		else
			unit_run_set(&run);
		run_tell(&run);
		arena_done(&run.arena);
	}
	free(deeds);
	r = unit_store_save(a->state, a->store, e);
	return r;
}

void unit_result_take(struct seen_unit *u, enum knob k, const struct unit_result *r, struct arena *arena)
{
	if (r->outcome == APPLIED_REFUSED || r->outcome == APPLIED_WAITS)
		return;
	u->set[k] = r->set;
	u->kernel[k] = r->kernel;
	value_keep(arena, &u->set[k]);
	value_keep(arena, &u->kernel[k]);
}

/* Memory that would be taken away from below what is used waits, as in any plan (law 3). */
static void back_add(struct unit_plan *p, unsigned unit, const struct knob_kept *kept)
{
	bool guarded = kept->knob == KNOB_MEMORY_MAX && kept->before.kind == VALUE_NUMBER;

	array_grow(p->list, p->n, p->cap);
	p->list[p->n++] = (struct unit_action){
		.unit = unit, .knob = kept->knob, .gives_back = true, .value = kept->before, .group = GROUP_NONE,
		.only_below_bytes = guarded ? kept->before.number : 0,
	};
	value_keep(&p->arena, &p->list[p->n - 1].value);
}

static void all_back(const struct unit_store *s, struct unit_plan *p, struct seen_units *seen)
{
	for (size_t i = 0; i < s->n; i++) {
		array_grow(seen->list, seen->n, seen->cap);
		seen->list[seen->n++] = (struct seen_unit){.name = arena_strdup(&seen->arena, s->list[i]->name), .group = GROUP_NONE};
		for (size_t k = 0; k < s->list[i]->n; k++)
			back_add(p, (unsigned)i, &s->list[i]->list[k]);
	}
}

int unit_give_back_all(struct unit_applier *a, struct err *e)
{
	struct seen_units seen = {0};
	struct unit_plan plan = {0};
	int r;

	all_back(a->store, &plan, &seen);
	r = unit_apply(a, &plan, &seen, e);
	if (r == 0 && a->store->n)
		r = fail(e, EAGAIN, "%zu units keep limits of cgqd; '%s' is the first", a->store->n, a->store->list[0]->name);
	free(plan.list);
	arena_done(&plan.arena);
	free(seen.list);
	arena_done(&seen.arena);
	return r;
}
