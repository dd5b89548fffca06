/* What somebody else changed in our tree. */
#include "drift.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "made.h"
#include "plan_make.h"

/* What is being compared. */
struct comparing {
	const struct want *w;
	const struct machine *m;
	const struct made *before;
	const struct tree *now;
	struct drifts *found;
};

void drifts_done(struct drifts *d)
{
	arena_done(&d->arena);
	free(d->list);
	*d = (struct drifts){0};
}

static struct drift *drift_add(const struct comparing *c, enum drift_kind kind, unsigned h, unsigned group,
			       const char *path)
{
	struct drifts *f = c->found;

	array_grow(f->list, f->n, f->cap);
	f->list[f->n] = (struct drift){
		.kind = kind, .hierarchy = h, .group = group, .path = path, .knob = KNOB__COUNT};
	return &f->list[f->n++];
}

static bool is_gone(const struct comparing *c, const struct node *n, unsigned h)
{
	const struct made_cgroup *made = made_find(c->before, n->path);
	const struct seen_cgroup *seen = tree_find(c->now, n->path);

	return made && made->hierarchies & 1U << h && !(seen && seen->hierarchies & 1U << h);
}

static void find_gone(const struct comparing *c, const struct node *n)
{
	for (unsigned h = 0; h < c->m->n_hierarchies; h++) {
		struct drift *d;

		if (!(c->w->hierarchies & 1U << h) || !is_gone(c, n, h))
			continue;
		if (n != c->w->nodes && is_gone(c, &c->w->nodes[n->parent], h))
			continue; /* it went with its parent */
		d = drift_add(c, DRIFT_CGROUP, h, n->group, n->path);
		d->was = "gone";
		d->wanted = "there";
	}
}

static void find_value(const struct comparing *c, const struct node *n, const struct made_cgroup *made,
		       const struct seen_cgroup *seen, enum knob k)
{
	const struct wanted *w = &n->wanted[k];
	int h = machine_hierarchy(c->m, knob_rows[k].controller), version;
	char text[300];
	struct drift *d;

	if (h < 0 || w->value.kind == VALUE_UNKNOWN || seen->values[k].kind == VALUE_UNKNOWN ||
	    value_equal(&w->value, &seen->values[k]))
		return;
	version = c->m->hierarchies[h].version;
	if (made->values[k] != made_hash(k, version, &w->value))
		return;
	d = drift_add(c, DRIFT_VALUE, (unsigned)h, n->group, n->path);
	d->knob = k;
	d->file = knob_file(k, version);
	d->at = wanted_at(w);
	value_to_text(k, version, &seen->values[k], text, sizeof(text));
	d->was = arena_strdup(&c->found->arena, text);
	value_to_text(k, version, &w->value, text, sizeof(text));
	d->wanted = arena_strdup(&c->found->arena, text);
}

/* v2: what an inner cgroup of ours hands on. */
static uint32_t handed_on(const struct comparing *c, unsigned h)
{
	uint32_t bits = c->m->hierarchies[h].version == 2 && c->w->hierarchies & 1U << h
				? c->w->nodes[0].controllers & c->m->hierarchies[h].controllers
				: 0;

	for (int i = 0; i < CONTROLLER__COUNT; i++)
		if (!controller_rows[i].v2)
			bits &= ~(1U << i);
	return bits;
}

static void controllers_lost(const struct comparing *c, unsigned h, unsigned group, const char *path, uint32_t lost)
{
	for (int i = 0; i < CONTROLLER__COUNT; i++) {
		struct drift *d;

		if (!(lost & 1U << i))
			continue;
		d = drift_add(c, DRIFT_CONTROLLER, h, group, path);
		d->controller = 1U << i;
		d->file = "cgroup.subtree_control";
		d->was = arena_printf(&c->found->arena, "-%s", controller_rows[i].v2);
		d->wanted = arena_printf(&c->found->arena, "+%s", controller_rows[i].v2);
	}
}

static void find_controllers(const struct comparing *c, const struct node *n, const struct made_cgroup *made,
			     const struct seen_cgroup *seen)
{
	for (unsigned h = 0; h < c->m->n_hierarchies; h++)
		if (seen->hierarchies & 1U << h)
			controllers_lost(c, h, n->group, n->path, made->enabled & handed_on(c, h) & ~seen->enabled);
}

static void find_in_nodes(const struct comparing *c)
{
	auto_free bool *inner = must_alloc(c->w->n + 1);

	for (size_t i = 1; i < c->w->n; i++)
		inner[c->w->nodes[i].parent] = true;
	for (size_t i = 0; i < c->w->n; i++) {
		const struct node *n = &c->w->nodes[i];
		const struct made_cgroup *made = made_find(c->before, n->path);
		const struct seen_cgroup *seen = tree_find(c->now, n->path);

		find_gone(c, n);
		if (!made || !seen)
			continue;
		if (inner[i])
			find_controllers(c, n, made, seen);
		for (unsigned k = 0; k < KNOB__COUNT; k++)
			find_value(c, n, made, seen, k);
	}
}

static bool is_wanted(const struct want *w, const char *path)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->nodes[i].path, path))
			return true;
	return false;
}

/* Bit per hierarchy in which it stands, is not wanted, and did not stand before. */
static uint32_t strange_in(const struct comparing *c, const struct seen_cgroup *s)
{
	const struct made_cgroup *made = made_find(c->before, s->path);
	uint32_t bits = s->hierarchies & ~(made ? made->hierarchies : 0);

	return bits && !is_wanted(c->w, s->path) ? bits : 0;
}

/* The same of the cgroup that it stands in. */
static uint32_t strange_above(const struct comparing *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *parent = must_strndup(path, slash ? (size_t)(slash - path) : 0);
	const struct seen_cgroup *above = tree_find(c->now, parent);

	return above ? strange_in(c, above) : 0;
}

static void find_strangers(const struct comparing *c)
{
	for (size_t i = 0; i < c->now->n; i++) {
		const struct seen_cgroup *s = &c->now->list[i];
		uint32_t bits = strange_in(c, s);

		if (bits)
			bits &= ~strange_above(c, s->path);
		for (unsigned h = 0; h < c->m->n_hierarchies; h++) {
			struct drift *d;

			if (!(bits & 1U << h))
				continue;
			d = drift_add(c, DRIFT_STRANGER, h, GROUP_NONE, arena_strdup(&c->found->arena, s->path));
			d->was = "there";
			d->wanted = "gone";
		}
	}
}

void drift_find(const struct want *w, const struct machine *m, const struct made *before, const struct tree *now,
		struct drifts *ret)
{
	struct comparing c = {w, m, before, now, ret};

	/* Nothing enforced, or nothing enforceable: nobody can have undone it. */
	if (!before->known || !w->n || !w->hierarchies)
		return;
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		controllers_lost(&c, h, GROUP_NONE, NULL,
				 before->base_enabled[h] & handed_on(&c, h) & ~now->base_enabled[h]);
	find_in_nodes(&c);
	find_strangers(&c);
}
