/* Which units cgqd froze, and which of those are to run again. */
#include "unit_frozen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

static size_t find(const struct unit_frozen *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->list[i], name) != 0)
		i++;
	return i;
}

static void drop(struct unit_frozen *f, size_t i)
{
	if (i >= f->n)
		return;
	free(f->list[i]);
	f->list[i] = f->list[--f->n];
}

void unit_frozen_done(struct unit_frozen *f)
{
	while (f->n)
		drop(f, f->n - 1);
	free(f->list);
	*f = (struct unit_frozen){0};
}

void unit_frozen_put(struct unit_frozen *f, const char *name)
{
	if (find(f, name) < f->n)
		return;
	array_grow(f->list, f->n, f->cap);
	f->list[f->n++] = must_strdup(name);
}

static bool runs(const struct seen_unit *u)
{
	return u->cgroup && *u->cgroup;
}

static void one_follow(struct unit_frozen *f, struct seen_unit *u, const struct unit_freezer *by)
{
	struct value *kernel = &u->kernel[KNOB_FREEZE];
	bool wants = by->wants(by->ctx, u), is = kernel->kind == VALUE_NUMBER && kernel->number;
	size_t at = find(f, u->name);

	if (wants != is && (wants || at < f->n) && by->set(by->ctx, u->name, u, wants) < 0)
		return;
	if (wants != is && (wants || at < f->n))
		*kernel = (struct value){.kind = VALUE_NUMBER, .number = wants};
	if (wants)
		unit_frozen_put(f, u->name);
	else
		drop(f, at);
}

static const struct seen_unit *seen_find(const struct seen_units *seen, const char *name)
{
	for (size_t i = 0; i < seen->n; i++)
		if (!strcmp(seen->list[i].name, name))
			return &seen->list[i];
	return NULL;
}

/* Whoever stopped will start thawed. */
static void rest_follow(struct unit_frozen *f, const struct seen_units *seen, const struct unit_freezer *by)
{
	for (size_t i = f->n; i--;) {
		const struct seen_unit *u = seen_find(seen, f->list[i]);
		int r = u ? 0 : by->set(by->ctx, f->list[i], NULL, false);

		if ((u && !runs(u)) || (!u && (r == 0 || r == -ENOENT)))
			drop(f, i);
	}
}

void unit_frozen_follow(struct unit_frozen *f, struct seen_units *seen, const struct unit_freezer *by)
{
	for (size_t i = 0; i < seen->n; i++)
		if (runs(&seen->list[i]))
			one_follow(f, &seen->list[i], by);
	rest_follow(f, seen, by);
}
