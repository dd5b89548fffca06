/* What is decided of processes is carried out: they are moved, and what became of it is noted. */
#include "place.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "tree_path.h"

/* Where it really is, in the first hierarchy out of which somebody moved it; what f says may be its origin. */
static char *found_in(struct placer *p, pid_t pid, uint32_t moved_out)
{
	struct proc_facts where = {.pid = pid};
	const char *path = NULL;
	char *copy;

	if (proc_read(p->proc, &where, FACT_CGROUP) == 0)
		path = where.cgroups[__builtin_ctz(moved_out)];
	copy = must_strdup(path ? path : "?");
	proc_facts_done(&where);
	return copy;
}

/* Of where, those out of which somebody else moved it, who may have to be told of it. */
static uint32_t moved_out(const struct placer *p, const struct member *one, unsigned group, uint32_t where)
{
	const char *leaf = p->want->nodes[p->want->leaf_of_group[group]].path;

	return p->puts_back && one->stood && strcmp(one->stood, leaf) == 0 ? where & one->stood_in : 0;
}

static bool is_put_back(struct placer *p, const struct proc_facts *f, unsigned group, uint32_t out)
{
	auto_free char *found = found_in(p, f->pid, out);

	/* One that is ending reads as in "/" of v1: nobody moved it there. */
	return place_is_there(p, f->pid, f->start_ticks) && p->puts_back(p->ctx, f, group, found);
}

/* Interned; most who go together go to the same group. */
static const char *const *paths_to(struct placer *p, struct carrying *c, unsigned group)
{
	const char *leaf = p->want->nodes[p->want->leaf_of_group[group]].path;
	char path[TREE_PATH_MAX];

	for (unsigned h = 0; c->group != group && h < p->machine->n_hierarchies; h++) {
		machine_path(p->machine, h, leaf, path, sizeof(path));
		c->paths[h] = p->want->hierarchies & (1U << h) ? members_intern(p->members, path) : NULL;
	}
	c->group = group;
	return c->paths;
}

static enum carried move_end(struct placer *p, const struct carried_later *w, const struct move *m)
{
	if (m->moved == MOVED_GONE)
		return CARRIED_GONE;
	w->one->placed_ns = placer_now_ns();
	w->one->quick = false;
	if (m->moved == MOVED_OK)
		place_note_standing(p, w->one, p->want->hierarchies);
	p->moved += m->moved == MOVED_OK || m->moved == MOVED_PARTLY;
	p->tell(p->ctx, w->f, w->group, w->rule, m->e.code ? &m->e : NULL);
	return CARRIED_MEMBER;
}

void place_carry_rest(struct placer *p, struct carrying *c)
{
	if (c->n == 0)
		return;
	mover_place_some(p->mover, c->moves, c->n);
	for (size_t i = 0; i < c->n; i++)
		*c->later[i].ret = move_end(p, &c->later[i], &c->moves[i]);
	c->n = 0;
}

static void move_add(struct placer *p, struct carrying *c, const struct carried_later *w, uint32_t where)
{
	const char *const *paths = paths_to(p, c, w->group);
	struct move *m = &c->moves[c->n];

	m->facts = w->f;
	m->e.code = 0;
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		m->to[h] = where & (1U << h) ? paths[h] : NULL;
	c->later[c->n++] = *w;
	if (c->n == MOVES_AT_ONCE)
		place_carry_rest(p, c);
}

/* One that somebody else moved out is told of as it goes back, or left there: on its own. */
static void move_in(struct placer *p, struct carrying *c, const struct carried_later *w, uint32_t where)
{
	uint32_t out = moved_out(p, w->one, w->group, where);

	if (out) {
		place_carry_rest(p, c);
		if (!is_put_back(p, w->f, w->group, out))
			return;
	}
	move_add(p, c, w, where);
	if (out)
		place_carry_rest(p, c);
}

static enum carried move_back(struct placer *p, struct proc_facts *f, uint32_t where)
{
	const char *to[HIERARCHIES_MAX] = {NULL};
	struct err e = {0};
	enum moved moved;

	for (unsigned h = 0; h < p->machine->n_hierarchies; h++)
		if (where & (1U << h))
			to[h] = place_origin(p, f, h);
	moved = mover_return(p->mover, f, to, &e);
	p->returned += moved == MOVED_OK;
	if (moved != MOVED_GONE)
		p->tell(p->ctx, f, GROUP_NONE, UINT32_MAX, e.code ? &e : NULL);
	return moved == MOVED_OK ? CARRIED_AWAY : moved == MOVED_GONE ? CARRIED_GONE : CARRIED_MEMBER;
}

/* A process that is measured only, and was given back: where it is now is where it belongs, wherever an admin moves it. */
static void forget_origins(struct member *one, uint32_t where)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		if (where & (1U << h))
			one->origins[h] = NULL;
	one->journaled = false;
}

/* In none of our cgroups: somebody took it out, or it has ended, and could not be judged by facts that were not there. */
static enum carried away_or_gone(struct placer *p, const struct proc_facts *f, const struct member *one)
{
	return one && !place_is_there(p, f->pid, f->start_ticks) ? CARRIED_GONE : CARRIED_AWAY;
}

static enum carried carry_outside(struct placer *p, struct proc_facts *f, enum verdict_kind kind, uint32_t in_tree)
{
	if (in_tree == 0)
		return away_or_gone(p, f, members_find(p->members, f->pid));
	return kind == VERDICT_EXCLUDED ? CARRIED_MEMBER : move_back(p, f, in_tree);
}

void place_carry(struct placer *p, struct carrying *c, struct proc_facts *f, const struct verdict *v, uint32_t inside,
		 uint32_t in_tree, enum carried *ret)
{
	uint32_t wanted = place_wanted(p, v->group);
	struct member *one = members_find(p->members, f->pid);

	*ret = CARRIED_MEMBER;
	if (v->kind == VERDICT_EXCLUDED || v->kind == VERDICT_NONE) {
		*ret = carry_outside(p, f, v->kind, in_tree);
		return;
	}
	if ((in_tree & ~wanted) && move_back(p, f, in_tree & ~wanted) == CARRIED_AWAY && one)
		forget_origins(one, in_tree & ~wanted);
	if ((wanted & ~inside) && one)
		move_in(p, c, &(struct carried_later){f, one, v->group, v->rule, ret}, wanted & ~inside);
}

void place_carry_begin(struct carrying *c)
{
	c->n = 0;
	c->group = GROUP_NONE;
	memset(c->paths, 0, sizeof(c->paths));
}

enum carried place_carry_out(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree)
{
	struct carrying alone;
	enum carried ret;

	place_carry_begin(&alone);
	place_carry(p, &alone, f, v, inside, in_tree, &ret);
	place_carry_rest(p, &alone);
	return ret;
}
