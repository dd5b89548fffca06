/* The full look: every process, judged, and moved where it is not where it belongs. */
#include "place.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "classify.h"
#include "tree_path.h"

struct judged {
	bool done;
	enum verdict_kind kind;
	unsigned group, rule;
	bool known; /* had an entry before */
	enum carried carried; /* what became of it, where anything had to be done */
	uint32_t inside, in_tree; /* bits of hierarchies, see place_carry_out() */
};

struct look {
	struct placer *p;
	const struct tree *tree;
	struct occupants occupants;
	struct proc_facts *procs; /* ascending by pid */
	struct judged *judged;
	size_t n;
	unsigned *group_of_seen;  /* by index of tree->list: the group whose members may live there, or GROUP_NONE */
};

static size_t find(const struct look *l, pid_t pid)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->procs[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n && l->procs[low].pid == pid ? low : SIZE_MAX;
}

static void map_groups(struct look *l)
{
	l->group_of_seen = must_alloc(l->tree->n * sizeof(l->group_of_seen[0]));
	for (size_t i = 0; i < l->tree->n; i++) {
		char path[TREE_PATH_MAX];

		l->group_of_seen[i] = policy_group(l->p->policy,
						   tree_group_path(l->tree->list[i].path, path, sizeof(path)));
	}
}

static const char *leaf_path(const struct look *l, unsigned group)
{
	const struct want *w = l->p->want;

	if (group >= l->p->policy->n_groups || !w->leaf_of_group || w->leaf_of_group[group] == UINT32_MAX)
		return NULL;
	return w->nodes[w->leaf_of_group[group]].path;
}

static uint32_t bits_in_tree(const struct occupant *o)
{
	uint32_t bits = 0;

	for (unsigned h = 0; o && h < HIERARCHIES_MAX; h++)
		if (o->seen[h] != OCCUPANT_NOWHERE)
			bits |= 1U << h;
	return bits;
}

static uint32_t bits_inside(const struct look *l, const struct occupant *o, unsigned group)
{
	const char *leaf = leaf_path(l, group);
	uint32_t bits = 0;

	for (unsigned h = 0; o && leaf && h < HIERARCHIES_MAX; h++)
		if (o->seen[h] != OCCUPANT_NOWHERE && strcmp(l->tree->list[o->seen[h]].path, leaf) == 0)
			bits |= 1U << h;
	return bits;
}

/* The group whose cgroup it is in, as far as any hierarchy says. */
static unsigned occupied_group(const struct look *l, const struct occupant *o)
{
	for (unsigned h = 0; o && h < HIERARCHIES_MAX; h++)
		if (o->seen[h] != OCCUPANT_NOWHERE && l->group_of_seen[o->seen[h]] != GROUP_NONE)
			return l->group_of_seen[o->seen[h]];
	return GROUP_NONE;
}

/* False when a cgroup that it is in has to go. */
static bool may_stay(const struct look *l, const struct occupant *o)
{
	for (unsigned h = 0; o && h < HIERARCHIES_MAX; h++)
		if (o->seen[h] != OCCUPANT_NOWHERE && !leaf_path(l, l->group_of_seen[o->seen[h]]))
			return false;
	return true;
}

/* It is about to exec: left where it is, and where it will belong. */
static void judge_later(struct judged *j, const struct member *one, const struct occupant *o)
{
	*j = (struct judged){
		.done = true,
		.known = true,
		.kind = VERDICT_EXCLUDED,
		.group = one->group,
		.rule = UINT32_MAX,
		.in_tree = bits_in_tree(o),
	};
}

static void judge_one(struct look *l, size_t i, unsigned parent_group)
{
	struct proc_facts *f = &l->procs[i];
	const struct occupant *o = occupants_find(&l->occupants, f->pid);
	struct member *one = place_entry(l->p, f);
	struct facts_reader reader = placer_reader(l->p);
	struct judged *j = &l->judged[i];
	struct standing s = {.parent_group = parent_group};
	struct verdict v = {0};

	if (place_is_ahead(one)) {
		judge_later(j, one, o);
		return;
	}
	s.current_group = one ? place_kept_by(l->p, one) : occupied_group(l, o);
	s.settled = one && one->judged && s.current_group != GROUP_NONE && l->p->want->hierarchies &&
		    bits_inside(l, o, s.current_group) == l->p->want->hierarchies;
	place_pinned(l->p, f, &s);
	classify(l->p->policy, l->p->resolved, f, &reader, &s, NULL, &v);
	place_forbid(l->p, f, &v);
	*j = (struct judged){
		.done = true,
		.known = one != NULL,
		.kind = v.kind,
		.group = v.group,
		.rule = v.rule,
		.inside = bits_inside(l, o, v.group),
		.in_tree = bits_in_tree(o),
	};
	/* Never placed, but born in a member's cgroup (in a pid namespace of its own, say): it goes when that goes. */
	if (v.kind == VERDICT_EXCLUDED && !may_stay(l, o))
		j->kind = VERDICT_NONE;
	if (place_is_own(l->p, f->pid))
		j->kind = VERDICT_EXCLUDED;
	else if (j->in_tree)
		place_inherit(l->p, f, j->in_tree);
	/* Those of ten thousand processes together are too much to keep until all are judged. */
	proc_facts_forget_args(f);
}

/* Parents first: whom a process follows must be known. The chain of ancestors may be as long as there are processes. */
static void judge_chain(struct look *l, size_t i, size_t *chain)
{
	size_t depth = 0;

	while (i != SIZE_MAX && !l->judged[i].done && depth < l->n) {
		chain[depth++] = i;
		i = find(l, l->procs[i].ppid);
	}
	while (depth > 0) {
		size_t one = chain[--depth];
		size_t parent = find(l, l->procs[one].ppid);
		bool known = parent != SIZE_MAX && l->judged[parent].done;

		judge_one(l, one, known ? l->judged[parent].group : GROUP_NONE);
		turns_give(l->p->turns);
	}
}

static void judge_all(struct look *l)
{
	auto_free size_t *chain = must_alloc((l->n + 1) * sizeof(*chain));

	for (size_t i = 0; i < l->n; i++)
		judge_chain(l, i, chain);
}

/* Who follows or stays is written down too: a later daemon shall know whose rule holds it, and where it came from. */
static void journal_settled(struct look *l, size_t i)
{
	struct member *one = l->judged[i].in_tree ? members_find(l->p->members, l->procs[i].pid) : NULL;

	if (one)
		place_journal(l->p, one);
}

/* One that ended, and was not known before this look, has nothing to be asked for. */
static bool is_left(const struct judged *j)
{
	return j->carried == CARRIED_AWAY || (j->carried == CARRIED_GONE && !j->known);
}

/* First every origin into the journal, in one write. moves[i]: it has to be moved. */
static void note_all(struct look *l, bool *moves)
{
	for (size_t i = 0; i < l->n; i++) {
		struct judged *j = &l->judged[i];
		struct verdict v = {.kind = j->kind, .group = j->group, .rule = j->rule};

		moves[i] = place_note(l->p, &l->procs[i], &v, j->inside, j->in_tree);
		if (!moves[i])
			journal_settled(l, i);
		turns_give(l->p->turns);
	}
	origin_store_flush(l->p->origins);
}

/* Then the moves back to back: only the first one waits for the kernel. */
static void carry_out_all(struct look *l)
{
	auto_free bool *moves = must_alloc((l->n + 1) * sizeof(*moves));
	struct carrying c;

	note_all(l, moves);
	place_carry_begin(&c);
	for (size_t i = 0; i < l->n; i++) {
		struct judged *j = &l->judged[i];
		struct verdict v = {.kind = j->kind, .group = j->group, .rule = j->rule};

		if (moves[i] || v.kind == VERDICT_NONE || v.kind == VERDICT_EXCLUDED)
			place_carry(l->p, &c, &l->procs[i], &v, j->inside, j->in_tree, &j->carried);
		if (c.n == 0)
			turns_give(l->p->turns);
	}
	place_carry_rest(l->p, &c);
	/* Not before: a child without an entry of its own goes where its parent came from. */
	for (size_t i = 0; i < l->n; i++)
		if (is_left(&l->judged[i]))
			members_drop(l->p->members, l->procs[i].pid);
}

static void mark_absent(void *ctx, struct member *one)
{
	one->absent = find(ctx, one->pid) == SIZE_MAX;
}

static void mark_absent_pin(void *ctx, struct pin *one)
{
	struct look *l = ctx;
	size_t i = find(l, one->pid);

	one->absent = i == SIZE_MAX || !pins_of(l->p->pins, one->pid, l->procs[i].start_ticks);
}

static void forget_gone(void *ctx, struct member *one)
{
	struct look *l = ctx;

	if (one->absent)
		place_ended(l->p, one->pid);
}

static void forget_pin(void *ctx, struct pin *one)
{
	struct look *l = ctx;

	if (one->absent)
		place_pin_exited(l->p, one->pid);
}

/* Judged by its event already, and not to be judged again by what it was before. */
static void read_again(struct look *l, pid_t pid)
{
	size_t i = find(l, pid);
	struct proc_facts now = {.pid = pid};

	if (i == SIZE_MAX || proc_read(l->p->proc, &now, FACT_STAT) < 0)
		return;
	proc_facts_done(&l->procs[i]);
	l->procs[i] = now;
}

/*
 * Who was forked before the list was made, and by whom, is told by what waits now: a child whose parent ended in between
 * has its origin from there. Who is not in the list but was known before is gone, and is forgotten only after that; who
 * comes to be known by it is younger than the list. Who became something else is read again.
 */
static void hear_of_births(struct look *l)
{
	struct placer *p = l->p;

	members_each(p->members, mark_absent, l);
	pins_each(p->pins, mark_absent_pin, l);
	p->n_heard = 0;
	p->hears = true;
	if (p->drain)
		p->drain(p->ctx);
	p->hears = false;
	for (size_t i = 0; i < p->n_heard; i++)
		read_again(l, p->heard[i]);
}

static void look_done(struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		proc_facts_done(&l->procs[i]);
	free(l->procs);
	free(l->judged);
	free(l->group_of_seen);
	occupants_done(&l->occupants);
}

int placer_look(struct placer *p, const struct tree *tree, struct err *e)
{
	struct look l = {.p = p, .tree = tree};
	uint64_t begun = placer_now_ns(), judged;
	int r;

	turns_give(p->turns);
	r = proc_scan(p->proc, &l.procs, &l.n, e);
	if (r == 0) {
		hear_of_births(&l);
		r = occupants_read(p->kernel, p->machine, tree, p->turns, &l.occupants, e);
	}
	if (r == 0) {
		l.judged = must_alloc((l.n + 1) * sizeof(l.judged[0]));
		map_groups(&l);
		pins_each(p->pins, forget_pin, &l);
		judge_all(&l);
		judged = placer_now_ns();
		carry_out_all(&l);
		p->looked = l.n;
		p->looked_ns = judged - begun;
		p->moved_ns = placer_now_ns() - judged;
		members_each(p->members, forget_gone, &l);
		origin_store_trim(p->origins, p->policy, p->members);
	}
	look_done(&l);
	turns_give(p->turns);
	return r;
}
