/* What a thread that places at once says: remembered, and told when it is done. */
#include <string.h>

#include "place.h"
#include "quick.h"

/* Where nothing is known yet: what is, was learnt before this move. */
static void take_origins(struct placer *p, const struct quick_message *m, struct member *one)
{
	const char *path = m->paths, *end = m->paths + m->paths_bytes;

	for (unsigned h = 0; h < p->machine->n_hierarchies && path < end; h++, path += strlen(path) + 1)
		if (*path && !one->origins[h])
			one->origins[h] = members_intern(p->members, strcmp(path, "/") == 0 ? "" : path);
}

static void take_verdict(const struct placer *p, const struct quick_message *m, struct member *one)
{
	memcpy(one->comm, m->comm, sizeof(one->comm));
	if (one->group != m->group)
		one->left = one->group;
	one->group = m->group;
	one->kind = VERDICT_RULE;
	one->rule_key = p->policy->rules[m->rule].key;
	one->judged = true;
	one->ahead_ns = 0;
}

/* Later than that event, the main loop may have moved it already, and told so. placed_ns: its children are in doubt from here on. */
static void moves(struct placer *p, const struct quick_message *m)
{
	struct member *one = members_find(p->members, m->pid);

	if (!one || !member_is(one, m->start_ticks))
		one = members_put(p->members, m->pid, m->start_ticks);
	one->quick_at_ns = m->at_ns;
	take_origins(p, m, one);
	one->journaled = false;
	if (one->placed_ns > m->at_ns)
		return;
	take_verdict(p, m, one);
	one->placed_ns = placer_now_ns();
	one->quick = true;
}

static void tell_moved(struct placer *p, const struct quick_message *m, struct member *one)
{
	struct proc_facts f = {.pid = m->pid, .ppid = m->ppid, .start_ticks = m->start_ticks};

	memcpy(f.comm, m->comm, sizeof(f.comm));
	one->quick = false;
	one->placed_ns = placer_now_ns();
	if (one->group == m->group)
		place_note_standing(p, one, p->want->hierarchies);
	p->moved++;
	p->tell(p->ctx, &f, m->group, m->rule, NULL);
}

/* Threads know who was pinned when they were let go on, and not who has inherited that since. */
static bool may_be_pinned(const struct placer *p, const struct quick_message *m)
{
	return pins_find(p->pins, m->pid) || pins_find(p->pins, m->ppid);
}

/* Moved by a thread that was late, after the main loop had judged it another way: that counts. */
static void moved(struct placer *p, const struct quick_message *m, struct member *one)
{
	bool was_let_go = one && one->group == GROUP_NONE;

	if (was_let_go)
		one->group = m->group; /* there it is */
	if (one && one->quick)
		tell_moved(p, m, one);
	if (!one || was_let_go || one->group != m->group || may_be_pinned(p, m))
		place_judge(p, m->pid, NULL);
}

/* Of one that has ended, what it forked is still to be told of, and belongs to its group: as CARRIED_GONE, it goes with its exit. */
static void missed(struct placer *p, const struct quick_message *m, struct member *one)
{
	if (!one || !one->quick)
		return;
	one->quick = false;
	if (!place_is_there(p, m->pid, m->start_ticks))
		return;
	one->placed_ns = 0;
	place_judge(p, m->pid, NULL);
}

/* A thread whose last word was lost, there being no room for it. */
#define LAST_WORD_NS UINT64_C(1000000000)

bool place_is_unfinished(const struct member *one)
{
	return one->quick && placer_now_ns() > one->placed_ns + LAST_WORD_NS;
}

static struct unfit *unfit_of(struct placer *p, pid_t pid)
{
	return &p->unfit[(unsigned)pid % UNFIT_KEPT];
}

bool place_is_unfit(struct placer *p, const struct proc_event_told *ev)
{
	const struct unfit *u = unfit_of(p, ev->pid);

	return u->pid == ev->pid && u->at_ns == ev->at_ns && !members_find(p->members, ev->pid) &&
	       !members_find(p->members, u->ppid) && !pins_find(p->pins, ev->pid) && !pins_find(p->pins, u->ppid);
}

void placer_quick(struct placer *p, const struct quick_message *m)
{
	struct member *one = members_find(p->members, m->pid);

	if (one && one->start_ticks != m->start_ticks)
		one = NULL;
	switch (m->kind) {
	case QUICK_MOVES:
		moves(p, m);
		return;
	case QUICK_MOVED:
		moved(p, m, one);
		return;
	case QUICK_MISSED:
		missed(p, m, one);
		return;
	case QUICK_UNFIT:
		*unfit_of(p, m->pid) = (struct unfit){m->pid, m->ppid, m->at_ns};
		return;
	}
}
