/* What was in force when all had been put right. */
#include "made.h"

#include <stdlib.h>
#include <string.h>

#include "plan_make.h"
#include "text.h"

void made_done(struct made *m)
{
	arena_done(&m->arena);
	free(m->list);
	*m = (struct made){0};
}

static int path_compare(const void *path, const void *made)
{
	return strcmp(path, ((const struct made_cgroup *)made)->path);
}

const struct made_cgroup *made_find(const struct made *m, const char *path)
{
	return m->n ? bsearch(path, m->list, m->n, sizeof(*m->list), path_compare) : NULL;
}

uint64_t made_hash(enum knob k, int version, const struct value *v)
{
	char text[300];
	uint64_t hash;

	value_to_text(k, version, v, text, sizeof(text));
	hash = text_hash(v->kind, text, strlen(text));
	hash = v->kind == VALUE_QUOTA ? text_hash(hash, (const char *)&v->period, sizeof(v->period)) : hash;
	return hash ? hash : 1;
}

static struct made_cgroup *made_add(struct made *m, const char *path, uint32_t hierarchies)
{
	array_grow(m->list, m->n, m->cap);
	m->list[m->n] = (struct made_cgroup){.path = arena_strdup(&m->arena, path), .hierarchies = hierarchies};
	return &m->list[m->n++];
}

static bool is_left_stranger(const struct drift *held, size_t n, const struct seen_cgroup *s, unsigned h)
{
	for (size_t i = 0; i < n; i++) {
		const char *path = held[i].path ? held[i].path : "";
		size_t len = strlen(path);

		if (held[i].kind == DRIFT_STRANGER && held[i].hierarchy == h && !strncmp(s->path, path, len) &&
		    (s->path[len] == '/' || !s->path[len]))
			return true;
	}
	return false;
}

/* What stands there, but for strangers that were left: those stay strange. */
static void take_tree(struct made *to, const struct tree *now, const struct drift *held, size_t n_held)
{
	for (size_t i = 0; i < now->n; i++) {
		const struct seen_cgroup *s = &now->list[i];
		uint32_t bits = s->hierarchies;

		for (unsigned h = 0; n_held && h < HIERARCHIES_MAX; h++)
			if (bits & 1U << h && is_left_stranger(held, n_held, s, h))
				bits &= ~(1U << h);
		made_add(to, s->path, bits)->enabled = s->enabled;
	}
}

/* Hash of what is wanted, where that is in force, or was until somebody took it away and it was left so. */
static uint64_t value_taken(const struct machine *m, const struct node *n, const struct seen_cgroup *s,
			    const struct made_cgroup *old, enum knob k, bool left)
{
	const struct value *wanted = &n->wanted[k].value;
	int h = machine_hierarchy(m, knob_rows[k].controller);
	uint64_t hash;

	if (h < 0 || wanted->kind == VALUE_UNKNOWN)
		return 0;
	hash = made_hash(k, m->hierarchies[h].version, wanted);
	if (s && s->values[k].kind != VALUE_UNKNOWN && value_equal(&s->values[k], wanted))
		return hash;
	/* What was to be put back and is not (it waits, or was refused) is no drift any more: it has its own words. */
	left = left || !s || s->values[k].kind == VALUE_UNKNOWN;
	return left && old && old->values[k] == hash ? hash : 0;
}

static bool is_left(const struct drift *held, size_t n, enum drift_kind kind, unsigned h, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		size_t len;

		if (held[i].kind != kind || held[i].hierarchy != h || !held[i].path != !path)
			continue;
		len = path ? strlen(held[i].path) : 0;
		if (!path || (!strncmp(path, held[i].path, len) &&
			      (!len || !path[len] || (kind == DRIFT_CGROUP && path[len] == '/'))))
			return true;
	}
	return false;
}

static bool is_value_left(const struct drift *held, size_t n, const char *path, enum knob k)
{
	for (size_t i = 0; i < n; i++)
		if (held[i].kind == DRIFT_VALUE && held[i].knob == k && !strcmp(held[i].path, path))
			return true;
	return false;
}

/* Of one node: its values, and what was taken from it and left so. */
static void take_node(struct made *to, const struct made *before, const struct machine *m, const struct node *n,
		      const struct tree *now, const struct drift *held, size_t n_held)
{
	const struct made_cgroup *old = made_find(before, n->path);
	struct made_cgroup *one = (struct made_cgroup *)made_find(to, n->path);

	if (!one)
		return;
	for (unsigned k = 0; k < KNOB__COUNT; k++)
		one->values[k] = value_taken(m, n, tree_find(now, n->path), old, k,
					     is_value_left(held, n_held, n->path, k));
	for (unsigned h = 0; old && h < m->n_hierarchies; h++) {
		if (is_left(held, n_held, DRIFT_CGROUP, h, n->path))
			one->hierarchies |= old->hierarchies & 1U << h;
		if (is_left(held, n_held, DRIFT_CONTROLLER, h, n->path))
			one->enabled |= old->enabled;
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct made_cgroup *)a)->path, ((const struct made_cgroup *)b)->path);
}

/* Room for those that are gone altogether and were left so. */
static void take_gone(struct made *to, const struct want *w, const struct made *before, const struct tree *now)
{
	for (size_t i = 0; i < w->n; i++)
		if (!tree_find(now, w->nodes[i].path) && made_find(before, w->nodes[i].path))
			made_add(to, w->nodes[i].path, 0);
	if (to->n)
		qsort(to->list, to->n, sizeof(*to->list), by_path);
}

void made_take(struct made *before, const struct want *w, const struct machine *m, const struct tree *now,
	       const struct drift *held, size_t n_held)
{
	struct made to = {.known = true};

	take_tree(&to, now, held, n_held);
	take_gone(&to, w, before, now);
	for (size_t i = 0; i < w->n; i++)
		take_node(&to, before, m, &w->nodes[i], now, held, n_held);
	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		to.base_enabled[h] = now->base_enabled[h];
		if (is_left(held, n_held, DRIFT_CONTROLLER, h, NULL))
			to.base_enabled[h] |= before->base_enabled[h];
	}
	made_done(before);
	*before = to;
}
