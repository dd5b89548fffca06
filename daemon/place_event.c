/* A process event: forked, became something else, or is gone. */
#include "place.h"

#include <string.h>

#include <cgq/memory.h>

#include "classify.h"
#include "clock.h"
#include "tree_path.h"

/*
 * The kernel stamps a fork after the child has its cgroup. A thread that was held up in between carries a stamp
 * later than the move that it missed, so children forked shortly after their parent was moved are looked at.
 */
#define FORK_DOUBT_NS 1000000000U

/* Reads the real cgroups of the process; f keeps only what it had. */
static bool look_where(struct placer *p, pid_t pid, struct proc_facts *ret)
{
	*ret = (struct proc_facts){.pid = pid};
	return proc_read(p->proc, ret, FACT_CGROUP) == 0;
}

static uint32_t bits_where(const struct placer *p, const struct proc_facts *f, unsigned group, uint32_t *in_tree)
{
	const struct want *w = p->want;
	const char *leaf = NULL;
	uint32_t inside = 0;

	if (w->leaf_of_group && group < p->policy->n_groups && w->leaf_of_group[group] != UINT32_MAX)
		leaf = w->nodes[w->leaf_of_group[group]].path;
	*in_tree = 0;
	for (unsigned h = 0; h < p->machine->n_hierarchies; h++) {
		const char *relative = f->cgroups[h] ? tree_relative(p->machine, h, f->cgroups[h]) : NULL;

		if (!relative)
			continue;
		*in_tree |= 1U << h;
		if (leaf && strcmp(relative, leaf) == 0)
			inside |= 1U << h;
	}
	return inside;
}

/* No member any more. A thread that is about to move it does so all the same: it is judged again then, and goes where it came from. */
static void leave(struct placer *p, pid_t pid)
{
	struct member *one = members_find(p->members, pid);

	if (one && one->quick)
		one->group = GROUP_NONE;
	else
		members_drop(p->members, pid);
}

void place_put(struct placer *p, struct proc_facts *f, const struct verdict *v)
{
	struct proc_facts where;
	uint32_t inside = 0, in_tree = 0;

	if (!look_where(p, f->pid, &where)) {
		proc_facts_done(&where);
		return; /* gone, as CARRIED_GONE */
	}
	inside = bits_where(p, &where, v->group, &in_tree);
	proc_facts_done(&where);
	if (!place_note(p, f, v, inside, in_tree) && v->kind != VERDICT_NONE)
		return;
	origin_store_flush(p->origins);
	if (place_carry_out(p, f, v, inside, in_tree) == CARRIED_AWAY)
		leave(p, f->pid);
}

bool place_is_younger(const struct proc_facts *f, uint64_t than_ns)
{
	return f->start_ticks > clock_start_ticks(than_ns);
}

static struct judged_last *judged_last_of(struct placer *p, pid_t pid)
{
	return &p->judged_last[(unsigned)pid % UNFIT_KEPT];
}

/*
 * By what it had become by then, so that the event says nothing new: a process that changes its name a million times a second is
 * looked at once for all that wait.
 */
static bool is_judged_since(struct placer *p, const struct proc_event_told *ev)
{
	const struct judged_last *last = judged_last_of(p, ev->pid);

	return last->pid == ev->pid && last->since_ns > ev->at_ns;
}

bool place_judge(struct placer *p, pid_t pid, const struct proc_event_told *birth)
{
	const struct judged_last now = {pid, placer_now_ns()};
	struct proc_facts f = {.pid = pid};
	struct facts_reader reader = placer_reader(p);
	struct verdict v = {0};
	const struct member *parent;
	struct standing s;
	struct member *one;

	if (place_is_own(p, pid) || proc_read(p->proc, &f, FACT_STAT) < 0 || f.exiting ||
	    (birth && place_is_younger(&f, birth->at_ns))) {
		proc_facts_done(&f);
		return false;
	}
	*judged_last_of(p, pid) = now;
	f.known |= FACT_BIT(FACT_STAT);
	/* A parent that is gone already has left its child to pid 1; it belonged somewhere all the same. */
	if (birth && members_find(p->members, birth->parent))
		f.ppid = birth->parent;
	one = place_entry(p, &f);
	if (one)
		one->ending = false; /* it has a first thread that does something */
	parent = members_find(p->members, f.ppid);
	s = (struct standing){
		.parent_group = place_kept_by(p, parent),
		.current_group = place_kept_by(p, one),
	};
	place_pinned(p, &f, &s);
	classify(p->policy, p->resolved, &f, &reader, &s, NULL, &v);
	place_forbid(p, &f, &v);
	/* The child of a member is where its parent is, though it may not belong there. */
	if (v.kind != VERDICT_EXCLUDED && (one || parent || v.kind != VERDICT_NONE))
		place_put(p, &f, &v);
	proc_facts_done(&f);
	/* One that ended while it was judged was judged by facts that were not there any more: "excluded", say. */
	return members_find(p->members, pid) || !birth || place_is_there(p, pid, f.start_ticks);
}

void placer_judge(struct placer *p, pid_t pid)
{
	place_judge(p, pid, NULL);
}

static bool asks(const struct placer *p, uint32_t kinds)
{
	return p->policy->kinds & kinds;
}

/* For its own children too: who is gone already may have forked. Its exit, told later, ends it. */
static void remember_follower(struct placer *p, const struct proc_event_told *ev, const struct member *parent)
{
	struct member *one = members_put(p->members, ev->pid, 0);

	*one = *parent;
	one->pid = ev->pid;
	one->left = GROUP_NONE;
	one->start_ticks = 0;
	one->born_ticks = clock_start_ticks(ev->at_ns);
	one->kind = VERDICT_FOLLOWS;
	one->judged = false;
	one->quick = false;
	one->quick_at_ns = 0;
	one->absent = false; /* its parent may be, to the full look that goes on */
	one->ending = false;
	one->journaled = false;
}

/*
 * Gone before anybody looked at it. Whom it forked is still to be told of, and may be what it was: the child that becomes a daemon.
 * Its entry says no more than that they are to be looked at; it goes with the event of its exit, or with the next full look.
 */
static void remember_gone(struct placer *p, const struct proc_event_told *ev)
{
	if (place_is_own(p, ev->pid) || members_find(p->members, ev->pid))
		return;
	members_put(p->members, ev->pid, 0)->born_ticks = clock_start_ticks(ev->at_ns);
}

static void pin_forked(struct placer *p, const struct proc_event_told *ev)
{
	pins_fork(p->pins, ev->parent, ev->pid, 0);
	if (pins_find(p->pins, ev->pid))
		pins_find(p->pins, ev->pid)->born_ticks = clock_start_ticks(ev->at_ns);
}

/* What it did before it was placed ahead of an exec says nothing of it any more. */
static bool is_overtaken(struct placer *p, const struct proc_event_told *ev)
{
	const struct member *one = members_find(p->members, ev->pid);

	return one && one->ahead_ns >= ev->at_ns && place_is_ahead(one);
}

/* Or something else than the exec that it was placed for. */
static bool is_too_early(struct placer *p, const struct proc_event_told *ev)
{
	return ev->kind == EVENT_EXEC ? is_overtaken(p, ev) : place_is_ahead(members_find(p->members, ev->pid));
}

/*
 * A thread that places at once judged it by this exec or by a later one, or is at it: what that says of it, or said already, is
 * what would be found here.
 */
static bool is_quick_enough(struct placer *p, const struct proc_event_told *ev)
{
	const struct member *one = members_find(p->members, ev->pid);

	return one && one->quick_at_ns >= ev->at_ns;
}

static void forked(struct placer *p, const struct proc_event_told *ev)
{
	const struct member *found = members_find(p->members, ev->parent);
	struct member parent = found ? *found : (struct member){.group = GROUP_NONE};
	bool kept = found && place_kept_by(p, found) != GROUP_NONE;
	bool follows = kept && p->policy->groups[parent.group].follow;
	bool doubt = ev->at_ns < parent.placed_ns + FORK_DOUBT_NS;
	struct member *one = members_find(p->members, ev->pid);
	/* Threads that place at once are ahead of the events: its exec is still to be told of too. */
	bool is_placed = one && one->placed_ns > ev->at_ns;

	/* Placed ahead of an exec, it overtook what is told here of its birth. */
	if (is_overtaken(p, ev)) {
		pin_forked(p, ev);
		return;
	}
	/* What an event of an earlier process of this pid left, had its exit been lost. */
	if (!is_placed)
		place_ended(p, ev->pid);
	pin_forked(p, ev);
	if (is_placed && pins_find(p->pins, ev->pid))
		place_judge(p, ev->pid, NULL); /* by a thread, which cannot have known */
	if (is_placed)
		return;
	if (pins_find(p->pins, ev->pid) || (follows ? doubt : found != NULL) || asks(p, 1U << MATCH_PARENT)) {
		if (place_judge(p, ev->pid, ev)) {
			one = members_find(p->members, ev->pid);
			/* found in place: no younger doubt about its own children than about itself */
			if (one && one->placed_ns == 0)
				one->placed_ns = parent.placed_ns;
			return;
		}
	}
	/* The child of a member is in its parent's cgroups; only one that was forked while the parent moved may not be. */
	if (follows)
		remember_follower(p, ev, &parent);
	else if (found)
		remember_gone(p, ev);
}

/* By what it is now. */
static void changed(struct placer *p, const struct proc_event_told *ev)
{
	if (!is_too_early(p, ev) && !is_judged_since(p, ev) && !place_judge(p, ev->pid, NULL))
		remember_gone(p, ev);
}

/*
 * The end of a process is told as that of its first thread. Others may run on, and of those one that calls exec takes
 * the number: the exec is told after the end.
 */
static bool runs_on(struct placer *p, pid_t pid)
{
	struct member *one = members_find(p->members, pid);
	const struct pin *pin = pins_find(p->pins, pid);
	uint64_t start_ticks = one && one->start_ticks ? one->start_ticks : pin ? pin->start_ticks : 0;

	if (start_ticks == 0 || !place_is_there(p, pid, start_ticks))
		return false;
	if (one)
		one->ending = true;
	return true;
}

static void forget_ended(void *ctx, struct member *one)
{
	struct placer *p = ctx;
	pid_t pid = one->pid;

	if (place_is_unfinished(one)) {
		one->quick = false;
		one->quick_at_ns = 0;
		place_judge(p, pid, NULL);
		return;
	}
	if (!one->ending || place_is_there(p, pid, one->start_ticks))
		return;
	place_pin_exited(p, pid);
	place_ended(p, pid);
}

void placer_forget_ended(struct placer *p)
{
	members_each(p->members, forget_ended, p);
}

void placer_event(struct placer *p, const struct proc_event_told *ev)
{
	if (p->hears && (ev->kind == EVENT_EXEC || ev->kind == EVENT_IDS || ev->kind == EVENT_COMM)) {
		array_grow(p->heard, p->n_heard, p->cap_heard);
		p->heard[p->n_heard++] = ev->pid;
	}
	switch (ev->kind) {
	case EVENT_FORK:
		forked(p, ev);
		return;
	case EVENT_EXEC:
		if (p->policy->n_rules > 0 && !is_quick_enough(p, ev) && !place_is_unfit(p, ev))
			changed(p, ev);
		return;
	case EVENT_IDS:
		if (asks(p, 1U << MATCH_USER | 1U << MATCH_GROUP))
			changed(p, ev);
		return;
	case EVENT_COMM:
		if (asks(p, 1U << MATCH_NAME))
			changed(p, ev);
		return;
	case EVENT_EXIT:
		/* of an earlier process, whose number the one that a thread told of has now */
		if (is_quick_enough(p, ev) || (!ev->is_last && runs_on(p, ev->pid)))
			return;
		place_pin_exited(p, ev->pid);
		place_ended(p, ev->pid);
		return;
	}
}
