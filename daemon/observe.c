/* Reads our tree as it stands, and changes nothing. */
#include "observe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"

/* Of a quota's two v1 files one value; a kernel that shows none leaves it unknown. */
static int quota_read_v1(struct kernel *k, const struct hierarchy *h, const char *path, char *buf, size_t size)
{
	int r = k->read(k, h, path, knob_rows[KNOB_CPU_MAX].v1, buf, size, NULL);
	size_t len;

	if (r < 0)
		return r;
	len = strcspn(buf, "\n");
	buf[len++] = ' ';
	return k->read(k, h, path, "cpu.cfs_period_us", buf + len, size - len, NULL);
}

/* v1's freezer.state is FROZEN too where only a cgroup above is frozen; what was written here stands elsewhere. */
static const char *read_back_file(enum knob knob, int version)
{
	return knob == KNOB_FREEZE && version == 1 ? "freezer.self_freezing" : knob_file(knob, version);
}

void observe_value(struct kernel *k, const struct hierarchy *h, const char *path, enum knob knob, uint32_t page_bytes,
		   struct arena *arena, struct value *ret)
{
	const char *file = knob_file(knob, h->version);
	char buf[1024];
	int r;

	*ret = (struct value){ .kind = VALUE_UNKNOWN };
	if (!file)
		return;
	if (knob == KNOB_CPU_MAX && h->version == 1)
		r = quota_read_v1(k, h, path, buf, sizeof(buf));
	else
		r = k->read(k, h, path, read_back_file(knob, h->version), buf, sizeof(buf), NULL);
	if (!r)
		value_from_text(knob, h->version, buf, page_bytes, arena, ret);
}

static void bytes_read(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
		       struct value *ret)
{
	char buf[64];

	*ret = (struct value){ .kind = VALUE_UNKNOWN };
	if (!k->read(k, h, path, file, buf, sizeof(buf), NULL))
		value_from_text(KNOB_MEMORY_MAX, h->version, buf, 0, NULL, ret);
}

/* Stands for all controllers that cgqd knows nothing of. */
#define CONTROLLER_OTHER (1U << CONTROLLER__COUNT)

/* Words of cgroup.controllers and cgroup.subtree_control. */
static uint32_t controllers_read(struct kernel *k, const struct hierarchy *h, const char *path, const char *file)
{
	char buf[1024], *save = NULL;
	uint32_t bits = 0;

	if (k->read(k, h, path, file, buf, sizeof(buf), NULL) < 0)
		return 0;
	for (char *w = strtok_r(buf, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		int c = controller_find(w, 2);

		bits |= c < 0 ? CONTROLLER_OTHER : 1U << c;
	}
	return bits;
}

/* A small buffer that overflows is an answer too. */
static bool is_populated(struct kernel *k, const struct hierarchy *h, const char *path)
{
	char buf[64];
	int r = k->read(k, h, path, "cgroup.procs", buf, sizeof(buf), NULL);

	return r == -E2BIG || (!r && *buf && *buf != '\n');
}

/* One cgroup in one hierarchy, before those of the same path are put together. */
struct found {
	char *path; /* relative to the tree; owned by the tree's arena */
	unsigned hierarchy;
};

struct walk {
	struct kernel *k;
	const struct machine *m;
	struct tree *t;
	struct found *list;
	size_t n, cap;
	const char *parent;
	unsigned hierarchy;
};

static void found_add(struct walk *w, char *path)
{
	array_grow(w->list, w->n, w->cap);
	w->list[w->n++] = (struct found){ path, w->hierarchy };
}

/* What lies too deep for a path cannot be ours: it was made by others, and is seen when its parent cannot go. */
static int child_found(void *ctx, const char *name)
{
	struct walk *w = ctx;

	if (strlen(w->parent) + strlen(name) + 2 <= PATH_MAX - 1024)
		found_add(w, arena_printf(&w->t->arena, "%s%s%s", w->parent, *w->parent ? "/" : "", name));
	return 0;
}

static bool is_gone(int r)
{
	return r == -ENOENT || r == -ENODEV;
}

/* The list is its own queue: what is found is looked into in turn. */
static int hierarchy_walk(struct walk *w, struct err *e)
{
	const struct hierarchy *h = &w->m->hierarchies[w->hierarchy];
	char path[PATH_MAX], nothing[1];
	size_t next = w->n;
	int r;

	machine_path(w->m, w->hierarchy, "", path, sizeof(path));
	if (is_gone(w->k->read(w->k, h, path, "cgroup.procs", nothing, sizeof(nothing), NULL)))
		return 0;
	found_add(w, arena_strdup(&w->t->arena, ""));
	for (; next < w->n; next++) {
		w->parent = w->list[next].path;
		machine_path(w->m, w->hierarchy, w->parent, path, sizeof(path));
		r = w->k->children(w->k, h, path, child_found, w, e);
		if (r < 0 && !is_gone(r))
			return r;
	}
	return 0;
}

static int found_compare(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static void values_read(struct walk *w, unsigned i, const char *path, struct seen_cgroup *s)
{
	const struct hierarchy *h = &w->m->hierarchies[i];

	for (int knob = 0; knob < KNOB__COUNT; knob++)
		if (machine_hierarchy(w->m, knob_rows[knob].controller) == (int)i)
			observe_value(w->k, h, path, knob, w->m->page_bytes, &w->t->arena, &s->values[knob]);
	if (!(h->controllers & CONTROLLER_BIT(MEMORY)))
		return;
	bytes_read(w->k, h, path, h->version == 2 ? "memory.current" : "memory.usage_in_bytes", &s->memory_current);
	if (h->version == 1)
		bytes_read(w->k, h, path, "memory.memsw.usage_in_bytes", &s->memsw_current);
}

static void seen_fill(struct walk *w, const struct found *f, struct seen_cgroup *s)
{
	const struct hierarchy *h = &w->m->hierarchies[f->hierarchy];
	char path[PATH_MAX];

	machine_path(w->m, f->hierarchy, f->path, path, sizeof(path));
	s->hierarchies |= 1U << f->hierarchy;
	if (h->version == 2 && is_populated(w->k, h, path))
		s->populated |= 1U << f->hierarchy;
	if (h->version == 2)
		s->enabled |= controllers_read(w->k, h, path, "cgroup.subtree_control") & ~CONTROLLER_OTHER;
	values_read(w, f->hierarchy, path, s);
}

static void found_merge(struct walk *w)
{
	struct tree *t = w->t;

	if (w->n)
		qsort(w->list, w->n, sizeof(*w->list), found_compare);
	for (size_t i = 0; i < w->n; i++) {
		if (!t->n || strcmp(t->list[t->n - 1].path, w->list[i].path)) {
			array_grow(t->list, t->n, t->cap);
			t->list[t->n++] = (struct seen_cgroup){ .path = w->list[i].path };
		}
		seen_fill(w, &w->list[i], &t->list[t->n - 1]);
	}
}

/* Who stands beside our tree. */
static int neighbour_found(void *ctx, const char *name)
{
	struct walk *w = ctx;
	char rest[PATH_MAX];

	machine_rest_path(w->m, w->hierarchy, rest, sizeof(rest));
	if (!w->m->hierarchies[w->hierarchy].base_is_root && !strcmp(strrchr(rest, '/') + 1, name))
		w->t->rest_stands |= 1U << w->hierarchy;
	else if (strcmp(name, w->m->tree))
		w->t->base_shared |= 1U << w->hierarchy;
	return 0;
}

static void base_read(struct walk *w, unsigned i)
{
	const struct hierarchy *h = &w->m->hierarchies[i];
	uint32_t enabled;

	if (h->version != 2)
		return;
	enabled = controllers_read(w->k, h, h->base, "cgroup.subtree_control");
	w->t->base_enabled[i] = enabled & ~CONTROLLER_OTHER;
	w->t->base_available[i] = controllers_read(w->k, h, h->base, "cgroup.controllers") & ~CONTROLLER_OTHER;
	if (!h->base_is_root && is_populated(w->k, h, h->base))
		w->t->base_populated |= 1U << i;
	if (w->k->children(w->k, h, h->base, neighbour_found, w, NULL) < 0)
		w->t->base_shared |= 1U << i; /* who knows */
	/* A base that hands on what is not ours takes no processes. */
	if (enabled & CONTROLLER_OTHER)
		w->t->rest_stands &= ~(1U << i);
}

int observe_tree(struct kernel *k, const struct machine *m, struct tree *ret, struct err *e)
{
	struct tree t = { 0 };
	struct walk w = { .k = k, .m = m, .t = &t };
	int r = 0;

	for (w.hierarchy = 0; !r && w.hierarchy < m->n_hierarchies; w.hierarchy++) {
		if (!m->hierarchies[w.hierarchy].controllers) /* mounted nowhere: something else may be in its place */
			continue;
		base_read(&w, w.hierarchy);
		r = hierarchy_walk(&w, e);
	}
	if (!r)
		found_merge(&w);
	free(w.list);
	if (r < 0) {
		tree_free(&t);
		return r;
	}
	*ret = t;
	return 0;
}
