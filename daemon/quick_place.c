/* One process became a program: judged, announced and moved, by a thread that places at once. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "classify.h"
#include "clock.h"
#include "forbidden.h"
#include "quick_parts.h"
#include "tree_path.h"

static bool is_in_tree(const struct machine *m, const struct proc_facts *f)
{
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		if (f->cgroups[h] && tree_relative(m, h, f->cgroups[h]))
			return true;
	return false;
}

static int by_pid(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_pinned(const struct quick_plan *p, pid_t pid)
{
	return p->n_pinned && bsearch(&pid, p->pinned, p->n_pinned, sizeof(p->pinned[0]), by_pid);
}

/* By its rules alone: nothing is known of what it was before, or of its parent. */
static bool judge(struct quick_kit *kit, const struct proc_event_told *ev, struct quick_look *look, struct proc_facts *f,
		  struct verdict *ret)
{
	const struct standing nothing_known = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	const struct facts_reader reader = quick_reader(look);
	const struct quick_plan *p = kit->plan;

	if (ev->pid == kit->self || is_pinned(p, ev->pid) || !quick_look(kit, ev, look, f))
		return false;
	classify(p->policy, p->resolved, f, &reader, &nothing_known, NULL, ret);
	return true;
}

/* The plainest case, in which nothing that the main loop remembers could change the answer. */
static bool is_ours(struct quick_kit *kit, const struct proc_facts *f, const struct verdict *v)
{
	const struct quick_plan *p = kit->plan;

	return v->kind == VERDICT_RULE && p->want->leaf_of_group[v->group] != UINT32_MAX && f->known & FACT_BIT(FACT_CGROUP) &&
	       !is_in_tree(p->machine, f) && !forbidden_by(kit->proc, p->machine, f);
}

static bool paths_pack(const struct machine *m, const struct proc_facts *f, struct quick_message *to)
{
	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		const char *path = f->cgroups[h] ? f->cgroups[h] : "";
		size_t bytes = strlen(path) + 1;

		if (bytes > sizeof(to->paths) - to->paths_bytes)
			return false;
		memcpy(to->paths + to->paths_bytes, path, bytes);
		to->paths_bytes += (uint32_t)bytes;
	}
	return true;
}

/* Into the journal and the main loop's queue, in this order: a daemon that is killed in between has lost nothing. */
static bool announce(struct quick_kit *kit, const struct proc_facts *f, struct quick_message *m)
{
	const struct quick_plan *p = kit->plan;
	struct member one = {
		.pid = f->pid,
		.start_ticks = f->start_ticks,
		.group = m->group,
		.kind = VERDICT_RULE,
		.rule_key = p->policy->rules[m->rule].key,
	};

	for (unsigned h = 0; h < p->machine->n_hierarchies; h++)
		one.origins[h] = f->cgroups[h] && strcmp(f->cgroups[h], "/") == 0 ? "" : f->cgroups[h];
	if (!paths_pack(p->machine, f, m))
		return false;
	origin_store_add(kit->origins, p->policy, &one);
	origin_store_flush(kit->origins);
	return quick_talk_leave(kit->talk, m);
}

/* held -1: nobody holds it, see mover_place_at_once(). */
static enum moved move_in(struct quick_kit *kit, int held, const struct proc_facts *f, unsigned group)
{
	const struct quick_plan *p = kit->plan;
	const struct node *leaf = &p->want->nodes[p->want->leaf_of_group[group]];
	char paths[HIERARCHIES_MAX][TREE_PATH_MAX];
	const char *to[HIERARCHIES_MAX] = {NULL};

	for (unsigned h = 0; h < p->machine->n_hierarchies; h++) {
		if (p->want->hierarchies & (1U << h)) {
			machine_path(p->machine, h, leaf->path, paths[h], sizeof(paths[h]));
			to[h] = paths[h];
		}
	}
	return held < 0 ? mover_place_at_once(kit->mover, f, to, NULL) : mover_place_held(kit->mover, held, f, to, NULL);
}

void quick_touch(struct quick_kit *kit)
{
	/* refused, it only does not help */
	(void)mover_touch(kit->mover, (unsigned)__builtin_ctz(kit->plan->want->hierarchies));
}

static void message_begin(struct quick_message *m, const struct proc_event_told *ev, const struct proc_facts *f,
			  const struct verdict *v)
{
	memset(m, 0, QUICK_MESSAGE_BYTES);
	m->pid = f->pid;
	m->ppid = f->ppid;
	m->start_ticks = f->start_ticks;
	m->at_ns = ev->at_ns;
	m->group = v->group;
	m->rule = v->rule;
	memcpy(m->comm, f->comm, sizeof(m->comm));
}

/*
 * Numbers go round: before this one is another's, the process has to end and all others be used up, 32,768 at the least where
 * nobody set pid_max lower.
 */
#define YOUNG_NS UINT64_C(2000000)

static bool is_young(const struct proc_facts *f, const struct quick_message *m)
{
	return f->pid_ino != 0 && clock_now_ns() < m->at_ns + YOUNG_NS;
}

/* Said before and after. */
static bool place(struct quick_kit *kit, const struct quick_look *look, const struct proc_facts *f, struct quick_message *m)
{
	bool young = is_young(f, m), moved;
	auto_fd int held = young ? -1 : quick_hold(look, f);

	m->kind = QUICK_MOVES;
	if ((held < 0 && !young) || !announce(kit, f, m))
		return false;
	moved = move_in(kit, held, f, m->group) == MOVED_OK;
	m->kind = moved ? QUICK_MOVED : QUICK_MISSED;
	m->paths_bytes = 0;
	quick_talk_say(kit->talk, m);
	return moved;
}

bool quick_place(struct quick_kit *kit, const struct proc_event_told *ev)
{
	struct proc_facts f = {.pid = ev->pid};
	struct verdict v = {0};
	struct quick_look look;
	struct quick_message m;
	bool moved = false;

	if (judge(kit, ev, &look, &f, &v)) {
		message_begin(&m, ev, &f, &v);
		m.kind = QUICK_UNFIT;
		if (is_ours(kit, &f, &v))
			moved = place(kit, &look, &f, &m);
		else if (v.kind == VERDICT_NONE)
			quick_talk_say(kit->talk, &m);
	}
	proc_facts_done(&f);
	return moved;
}
