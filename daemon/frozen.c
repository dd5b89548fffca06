/* Groups that a person has frozen. */
#include "frozen.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

static void drop_at(struct frozen *f, size_t i)
{
	free(f->list[i].path);
	memmove(&f->list[i], &f->list[i + 1], (f->n - i - 1) * sizeof(f->list[0]));
	f->n--;
}

void frozen_done(struct frozen *f)
{
	while (f->n)
		drop_at(f, f->n - 1);
	free(f->list);
	*f = (struct frozen){0};
}

static struct frozen_group *exact(const struct frozen *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->list[i].path, path))
			return &f->list[i];
	return NULL;
}

/* Whose decision it was first, it stays. */
static struct frozen_group *put(struct frozen *f, const char *path)
{
	if (exact(f, path))
		return NULL;
	array_grow(f->list, f->n, f->cap);
	f->list[f->n] = (struct frozen_group){.path = must_strdup(path)};
	return &f->list[f->n++];
}

bool frozen_put(struct frozen *f, const char *path, uid_t uid, uint64_t at_usec)
{
	struct frozen_group *one = put(f, path);

	if (!one)
		return false;
	one->known = true;
	one->uid = uid;
	one->at_usec = at_usec;
	return true;
}

void frozen_take_back(struct frozen *f, const char *path)
{
	struct frozen_group *one = exact(f, path);

	if (one)
		drop_at(f, (size_t)(one - f->list));
}

static bool is_within(const char *path, const char *above)
{
	size_t len = strlen(above);

	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

size_t frozen_drop(struct frozen *f, const char *path)
{
	size_t before = f->n;

	for (size_t i = f->n; i--;)
		if (is_within(f->list[i].path, path))
			drop_at(f, i);
	return before - f->n;
}

/* Of those whose paths are shorter than below. */
static const struct frozen_group *nearest(const struct frozen *f, const char *path, size_t below)
{
	const struct frozen_group *best = NULL;

	for (size_t i = 0; f && i < f->n; i++) {
		size_t len = strlen(f->list[i].path);

		if (len < below && is_within(path, f->list[i].path) && (!best || len > strlen(best->path)))
			best = &f->list[i];
	}
	return best;
}

const struct frozen_group *frozen_find(const struct frozen *f, const char *path)
{
	return nearest(f, path, SIZE_MAX);
}

const struct frozen_group *frozen_above(const struct frozen *f, const char *path)
{
	return nearest(f, path, strlen(path));
}

bool *frozen_groups(const struct frozen *f, const struct policy *p)
{
	bool *list = must_alloc(p->n_groups + 1);

	for (size_t i = 0; f && i < f->n; i++) {
		unsigned group = policy_group(p, f->list[i].path);

		if (group != GROUP_NONE)
			list[group] = true;
	}
	return list;
}

void frozen_found(struct frozen *f, const char *path)
{
	put(f, path);
}

static bool is_one(const struct tree *t, const char *path)
{
	const struct seen_cgroup *seen = tree_find(t, path);

	return seen && seen->values[KNOB_FREEZE].kind == VALUE_NUMBER && seen->values[KNOB_FREEZE].number;
}

bool frozen_is(const struct policy *p, const struct want *w, const struct tree *t, unsigned group)
{
	size_t i = w->in_place && w->n ? w->node_of_group[group] : w->n;

	if (!w->in_place)
		return is_one(t, p->groups[group].path);
	for (; i < w->n && w->nodes[i].group == group; i++)
		if (is_one(t, w->nodes[i].path))
			return true;
	return false;
}

void frozen_adopt(struct frozen *f, const struct policy *p, const struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].values[KNOB_FREEZE].number && policy_group(p, t->list[i].path) != GROUP_NONE)
			put(f, t->list[i].path);
}

void frozen_trim(struct frozen *f, const struct policy *p, void (*tell)(void *ctx, const char *path), void *ctx)
{
	for (size_t i = f->n; i--;) {
		unsigned group = policy_group(p, f->list[i].path);

		if (group != GROUP_NONE && p->groups[group].enforce)
			continue;
		tell(ctx, f->list[i].path);
		drop_at(f, i);
	}
}
