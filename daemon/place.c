/* One process: judged by its facts, put where it belongs, and remembered. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "classify.h"
#include "clock.h"
#include "forbidden.h"
#include "proc_parse.h"
#include "text.h"
#include "tree_path.h"

uint64_t placer_now_ns(void)
{
	return clock_now_ns();
}

const char *place_origin(const struct placer *p, const struct proc_facts *f, unsigned h)
{
	const struct member *one = members_find(p->members, f->pid);
	const struct member *parent = members_find(p->members, f->ppid);

	if (one && one->origins[h])
		return one->origins[h];
	if (parent && parent->origins[h])
		return parent->origins[h];
	return p->machine->hierarchies[h].base;
}

/* A rule that names a cgroup means the one a process was found in, not the one that cgqd put it into. */
static void show_origins(const struct placer *p, struct proc_facts *f)
{
	for (unsigned h = 0; h < p->machine->n_hierarchies; h++) {
		const char *origin;

		if (!f->cgroups[h] || !tree_relative(p->machine, h, f->cgroups[h]))
			continue;
		origin = place_origin(p, f, h);
		if (f->manager_cgroup && strcmp(f->manager_cgroup, f->cgroups[h]) == 0)
			proc_facts_set_manager(f, *origin ? origin : "/");
		free(f->cgroups[h]);
		f->cgroups[h] = must_strdup(*origin ? origin : "/");
	}
}

static int read_fact(void *ctx, struct proc_facts *f, enum fact what)
{
	struct placer *p = ctx;
	int r = proc_read(p->proc, f, what);

	if (r == 0 && what == FACT_CGROUP)
		show_origins(p, f);
	return r;
}

struct facts_reader placer_reader(struct placer *p)
{
	return (struct facts_reader){read_fact, p};
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool rule_lives(const struct placer *p, uint64_t key)
{
	return p->n_rule_keys &&
	       bsearch(&key, p->rule_keys, p->n_rule_keys, sizeof(p->rule_keys[0]), by_value) != NULL;
}

struct remap {
	const unsigned *map;
	size_t n;
};

static void remap_one(void *ctx, struct member *one)
{
	const struct remap *r = ctx;

	one->group = one->group < r->n ? r->map[one->group] : GROUP_NONE;
	one->before_group = one->before_group < r->n ? r->map[one->before_group] : GROUP_NONE;
	one->left = GROUP_NONE;
}

void placer_policy(struct placer *p, const struct policy *now, const unsigned *map, size_t n_map)
{
	struct remap r = {map, n_map};

	p->policy = now;
	memset(p->unfit, 0, sizeof(p->unfit));
	memset(p->judged_last, 0, sizeof(p->judged_last));
	if (map)
		members_each(p->members, remap_one, &r);
	free(p->rule_keys);
	p->n_rule_keys = now->n_rules;
	p->rule_keys = must_alloc(now->n_rules * sizeof(p->rule_keys[0]));
	for (size_t i = 0; i < now->n_rules; i++)
		p->rule_keys[i] = now->rules[i].key;
	qsort(p->rule_keys, p->n_rule_keys, sizeof(p->rule_keys[0]), by_value);
}

void placer_done(struct placer *p)
{
	free(p->rule_keys);
	free(p->heard);
	p->heard = NULL;
	p->n_heard = p->cap_heard = 0;
	p->rule_keys = NULL;
	p->n_rule_keys = 0;
}

bool place_is_there(struct placer *p, pid_t pid, uint64_t start_ticks)
{
	struct proc_facts f = {.pid = pid};
	bool is = proc_read(p->proc, &f, FACT_STAT) == 0 && f.start_ticks == start_ticks && !f.exiting;

	proc_facts_done(&f);
	return is;
}

bool placer_is_there(struct placer *p, pid_t pid, uint64_t start_ticks)
{
	return place_is_there(p, pid, start_ticks);
}

void place_ended(struct placer *p, pid_t pid)
{
	const struct member *one = members_find(p->members, pid);

	if (one && one->group < p->policy->n_groups && p->ended)
		p->ended(p->ctx, one);
	members_drop(p->members, pid);
}

unsigned place_kept_by(const struct placer *p, const struct member *one)
{
	unsigned group;
	uint64_t key;

	if (!one)
		return GROUP_NONE;
	group = one->ahead_ns ? one->before_group : one->group;
	key = one->ahead_ns ? one->before_key : one->rule_key;
	if (group >= p->policy->n_groups)
		return GROUP_NONE;
	/* A rule that was edited or deleted, or a pin that was taken back, no longer holds what it once brought. */
	if (key != 0 && !rule_lives(p, key) && !pins_hold(p->pins, key))
		return GROUP_NONE;
	return group;
}

/* Born in a group's cgroup, it came from where its parent did, who may be gone when that is asked for. */
static void inherit_origins(struct placer *p, const struct proc_facts *f, struct member *one, uint32_t in_tree)
{
	const struct member *parent = members_find(p->members, f->ppid);

	for (unsigned h = 0; parent && h < p->machine->n_hierarchies; h++) {
		if (!(in_tree & (1U << h)) || one->origins[h] || !parent->origins[h])
			continue;
		one->origins[h] = parent->origins[h];
		one->journaled = false;
	}
}

/*
 * Where it was found, it came from. One that is ending reads as in "/" of v1 (proc_parse.c), unless the kernel told its cgroups
 * by their numbers; it came, for the children that will ask it, from where its parent did.
 */
static void learn_origins(struct placer *p, struct proc_facts *f, struct member *one)
{
	if (!(f->known & FACT_BIT(FACT_CGROUP)) && read_fact(p, f, FACT_CGROUP) == 0)
		f->known |= FACT_BIT(FACT_CGROUP);
	if (!f->spot && !place_is_there(p, f->pid, f->start_ticks)) {
		inherit_origins(p, f, one, UINT32_MAX);
		return;
	}
	for (unsigned h = 0; h < p->machine->n_hierarchies; h++)
		if (!one->origins[h] && f->cgroups[h])
			one->origins[h] = members_intern(p->members,
							 strcmp(f->cgroups[h], "/") == 0 ? "" : f->cgroups[h]);
}

void place_inherit(struct placer *p, const struct proc_facts *f, uint32_t in_tree)
{
	inherit_origins(p, f, members_put(p->members, f->pid, f->start_ticks), in_tree);
}

static void exclude(struct verdict *v, const char *why)
{
	v->kind = VERDICT_EXCLUDED;
	v->group = GROUP_NONE;
	v->rule = UINT32_MAX;
	snprintf(v->exclusion, sizeof(v->exclusion), "%s", why);
}

void place_forbid(struct placer *p, struct proc_facts *f, struct verdict *v)
{
	struct err e = {0};
	const char *why;

	if (v->kind == VERDICT_NONE || v->kind == VERDICT_EXCLUDED || !(f->known & FACT_BIT(FACT_CGROUP)))
		return;
	why = forbidden_by(p->proc, p->machine, f);
	if (!why)
		return;
	if (why == forbidden_beyond) {
		fail(&e, EPERM, "pid %d (%s) is %s; left where it is", (int)f->pid, TEXT_ESCAPED(f->comm), why);
		p->tell(p->ctx, f, v->group, v->rule, &e);
	}
	exclude(v, why);
}

static uint64_t key_of(const struct placer *p, const struct proc_facts *f, const struct verdict *v,
		       const struct member *one)
{
	const struct member *parent = members_find(p->members, f->ppid);
	const struct pin *pin = v->kind == VERDICT_PINNED ? pins_find(p->pins, f->pid) : NULL;

	if (v->kind == VERDICT_RULE)
		return p->policy->rules[v->rule].key;
	if (v->kind == VERDICT_PINNED)
		return pin ? pin->key : 0; /* a keeper has none */
	if (v->kind == VERDICT_FOLLOWS && parent)
		return parent->rule_key;
	return one->rule_key;
}

uint32_t place_wanted(const struct placer *p, unsigned group)
{
	return p->want->leaf_of_group && group < p->policy->n_groups &&
			       p->want->leaf_of_group[group] != UINT32_MAX
		       ? p->want->hierarchies
		       : 0;
}

static void forget_standing(void *ctx, struct member *one)
{
	one->stood = NULL;
	one->stood_in = 0;
}

void placer_forget_standing(struct placer *p)
{
	members_each(p->members, forget_standing, NULL);
}

void place_note_standing(struct placer *p, struct member *one, uint32_t where)
{
	const struct want *w = p->want;

	forget_standing(NULL, one);
	if (!where)
		return;
	one->stood = members_intern(p->members, w->nodes[w->leaf_of_group[one->group]].path);
	one->stood_in = where;
}

bool place_note(struct placer *p, struct proc_facts *f, const struct verdict *v, uint32_t inside, uint32_t in_tree)
{
	uint32_t wanted = place_wanted(p, v->group);
	struct member *one;
	uint64_t key;
	bool joins;

	if (v->kind == VERDICT_NONE || v->kind == VERDICT_EXCLUDED)
		return v->kind == VERDICT_NONE && in_tree != 0;
	one = members_put(p->members, f->pid, f->start_ticks);
	joins = !wanted && one->group != v->group;
	memcpy(one->comm, f->comm, sizeof(one->comm));
	place_land(one, v);
	key = key_of(p, f, v, one);
	if (one->group != v->group || one->rule_key != key)
		one->journaled = false;
	one->rule_key = key;
	one->judged = true;
	one->kind = v->kind;
	one->left = one->group != v->group ? one->group : GROUP_NONE;
	one->group = v->group;
	inherit_origins(p, f, one, in_tree);
	if (joins && p->joined)
		p->joined(p->ctx, f, v->group);
	if ((wanted & ~inside) == 0)
		place_note_standing(p, one, wanted);
	if ((wanted & ~inside) == 0 && (in_tree & ~wanted) == 0)
		return false;
	if (wanted & ~in_tree) {
		learn_origins(p, f, one);
		one->journaled = false;
	}
	if (wanted & ~inside)
		place_journal(p, one);
	return true;
}
