/* Pins, as far as placing goes: who is pinned where, who inherits it, and what happens when a pin ends. */
#include "place.h"

#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "classify.h"
#include "text.h"
#include "tree_path.h"

/* The parent is the one that was pinned: a process that has its number now is another. */
static bool is_parent(struct placer *p, const struct pin *pin, const struct proc_facts *child)
{
	struct proc_facts parent = {.pid = pin->pid};
	bool same = proc_read(p->proc, &parent, FACT_STAT) < 0 || /* gone, and its exit is still to be told */
		    (parent.start_ticks <= child->start_ticks && pins_of(p->pins, pin->pid, parent.start_ticks));

	proc_facts_done(&parent);
	return same;
}

static struct pin *pin_of(struct placer *p, const struct proc_facts *f)
{
	const struct pin *parent = pins_find(p->pins, f->ppid);
	struct pin *own = pins_of(p->pins, f->pid, f->start_ticks);

	if (own)
		return own;
	pins_drop(p->pins, f->pid);
	if (!parent || !parent->children || !is_parent(p, parent, f))
		return NULL;
	pins_fork(p->pins, f->ppid, f->pid, f->start_ticks);
	return pins_find(p->pins, f->pid);
}

static const struct keeper *keeper_of(const struct placer *p, const struct proc_facts *f)
{
	const struct keeper *k = p->keepers ? keepers_of_pid(p->keepers, f->pid) : NULL;

	return k && k->start_ticks == f->start_ticks ? k : NULL;
}

void place_pinned(struct placer *p, const struct proc_facts *f, struct standing *s)
{
	const struct keeper *keeper = keeper_of(p, f);
	const struct pin *pin = !keeper && pins_count(p->pins) ? pin_of(p, f) : NULL;

	s->own = p->own;
	if (keeper) {
		s->is_pinned = true;
		s->pinned_group = policy_group(p->policy, keeper->group);
		return;
	}
	s->is_pinned = pin && pin->group[0];
	s->is_started = s->is_pinned && pin->run;
	s->pinned_group = s->is_pinned ? policy_group(p->policy, pin->group) : GROUP_NONE;
}

struct ending {
	struct placer *p;
	uint64_t key;
};

static void unanchor(void *ctx, struct member *one)
{
	const struct ending *e = ctx;

	if (one->rule_key != e->key)
		return;
	one->rule_key = 0;
	one->journaled = false;
	/* not one who followed: it has the number of the one that was pinned */
	if (one->kind == VERDICT_PINNED)
		one->group = GROUP_NONE;
}

void place_pin_exited(struct placer *p, pid_t pid)
{
	const struct pin *pin = pins_find(p->pins, pid);
	struct ending e = {p, pin ? pin->key : 0};

	if (!pin)
		return;
	pins_drop(p->pins, pid);
	/* Nobody took the decision back: those who followed belong where they are, as after the exit of any parent. */
	if (!pins_hold(p->pins, e.key))
		members_each(p->members, unanchor, &e);
}

/* Of one that inherited, others may hold the decision still: its own entry says that it does not. */
bool placer_unpin(struct placer *p, pid_t pid)
{
	struct member *one = members_find(p->members, pid);

	if (!pins_release(p->pins, pid))
		return false;
	if (one && one->kind == VERDICT_PINNED)
		one->group = GROUP_NONE;
	return true;
}

/* Why nobody may, or 0. */
static int check_kind(struct placer *p, const struct proc_facts *f, struct err *e)
{
	pid_t process;

	if (f->exiting)
		return fail(e, ESRCH, "it has ended");
	if (place_is_own(p, f->pid))
		return fail(e, EPERM, "it is cgqd itself");
	if (proc_of_thread(p->proc, f->pid, &process) == 0 && process != f->pid)
		return fail(e, EINVAL, "it is a thread of process %d", (int)process);
	return 0;
}

static int check(struct placer *p, pid_t pid, unsigned group, bool heeds_delegation, struct proc_facts *f, struct err *e)
{
	struct standing s = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE, .is_pinned = true, .pinned_group = group};
	struct facts_reader reader = placer_reader(p);
	struct verdict v = {0};
	int r;

	*f = (struct proc_facts){.pid = pid};
	if (proc_read(p->proc, f, FACT_STAT) < 0)
		return fail(e, ESRCH, "there is no process %d", (int)pid);
	f->known |= FACT_BIT(FACT_STAT);
	r = check_kind(p, f, e);
	if (r == 0) {
		classify(p->policy, p->resolved, f, &reader, &s, NULL, &v);
		if (heeds_delegation)
			place_forbid(p, f, &v);
		if (v.kind == VERDICT_EXCLUDED)
			r = fail(e, EPERM, "it is never placed: %s", v.exclusion);
	}
	return r < 0 ? fail_prefix(e, "pid %d (%s)", (int)pid, TEXT_ESCAPED(f->comm)) : 0;
}

int placer_may_pin(struct placer *p, pid_t pid, unsigned group, struct proc_facts *f, struct err *e)
{
	return check(p, pid, group, true, f, e);
}

int placer_may_run(struct placer *p, pid_t pid, unsigned group, struct proc_facts *f, struct err *e)
{
	return check(p, pid, group, false, f, e);
}

void placer_origins(struct placer *p, pid_t pid, char *ret[HIERARCHIES_MAX])
{
	struct facts_reader reader = placer_reader(p); /* shows origins in place of our own cgroups */
	struct proc_facts f = {.pid = pid};

	if (reader.read(reader.ctx, &f, FACT_STAT) == 0 && reader.read(reader.ctx, &f, FACT_CGROUP) == 0)
		for (unsigned h = 0; h < p->machine->n_hierarchies; h++)
			ret[h] = f.cgroups[h] ? must_strdup(strcmp(f.cgroups[h], "/") ? f.cgroups[h] : "") : NULL;
	proc_facts_done(&f);
}

void placer_came_from(struct placer *p, const struct proc_facts *f, const char *const origins[HIERARCHIES_MAX])
{
	struct member *one = members_put(p->members, f->pid, f->start_ticks);

	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		one->origins[h] = members_intern(p->members, origins[h]);
	one->journaled = false;
}

bool placer_is_placed(struct placer *p, pid_t pid, unsigned group)
{
	const struct want *w = p->want;
	struct proc_facts f = {.pid = pid};
	const char *leaf = NULL;
	bool placed = proc_read(p->proc, &f, FACT_CGROUP) == 0;

	if (w->leaf_of_group && w->leaf_of_group[group] != UINT32_MAX)
		leaf = w->nodes[w->leaf_of_group[group]].path;
	for (unsigned h = 0; placed && leaf && h < p->machine->n_hierarchies; h++) {
		const char *in = w->hierarchies & 1U << h && f.cgroups[h] ? tree_relative(p->machine, h, f.cgroups[h]) : leaf;

		placed = in && !strcmp(in, leaf);
	}
	proc_facts_done(&f);
	return placed;
}
