/* Drift that is left for now: what a plan must not do meanwhile. */
#include "drift.h"

#include <string.h>

#include "plan_make.h"

/* path: NULL is the base, above everything. */
static bool is_below(const char *path, const char *above)
{
	size_t n = above ? strlen(above) : 0;

	if (!path || !above)
		return path && !above;
	return !n ? *path != '\0' : !strncmp(path, above, n) && path[n] == '/';
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The period of a v1 quota stands in a file of its own, and is written by no knob's. */
static bool writes_knob(const struct action *a, enum knob k)
{
	return a->kind == ACTION_WRITE &&
	       (a->knob == k || (k == KNOB_CPU_MAX && a->knob == KNOB__COUNT && !strcmp(a->file, "cpu.cfs_period_us")));
}

static bool needs_controller(const struct drift *d, const struct action *a)
{
	if (a->kind == ACTION_ENABLE)
		return (is_same(a->path, d->path) || is_below(a->path, d->path)) && !strcmp(a->text, d->wanted);
	return a->kind == ACTION_WRITE && a->knob != KNOB__COUNT && is_below(a->path, d->path) &&
	       1U << knob_rows[a->knob].controller == d->controller;
}

bool drift_holds(const struct drift *d, const struct action *a)
{
	if (a->hierarchy != d->hierarchy)
		return false;
	switch (d->kind) {
	case DRIFT_VALUE:
		return is_same(a->path, d->path) && writes_knob(a, d->knob);
	case DRIFT_CONTROLLER:
		return needs_controller(d, a);
	case DRIFT_CGROUP:
	case DRIFT_STRANGER:
		return is_same(a->path, d->path) || is_below(a->path, d->path);
	}
	return false;
}

static size_t actions_keep(struct action *list, size_t n, const struct drift *held, size_t n_held)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < n_held && !drift_holds(&held[j], &list[i]))
			j++;
		if (j == n_held)
			list[kept++] = list[i];
	}
	return kept;
}

void plan_hold(struct plan *p, const struct drift *held, size_t n)
{
	p->n_first = actions_keep(p->first, p->n_first, held, n);
	p->n_last = actions_keep(p->last, p->n_last, held, n);
}
