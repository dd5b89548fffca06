/* Processes are judged, and put where they belong: one at a time when an event says so, all of them in the full look. */
#pragma once

#include <cgq/tree.h>
#include <cgq/verdict.h>
#include <cgq/want.h>

#include "events.h"
#include "helper.h"
#include "keepers.h"
#include "kernel.h"
#include "mover.h"
#include "origin_store.h"
#include "pins.h"
#include "proc.h"
#include "turns.h"

/* By their pids' last digits: whom threads judged last, and found no rule for. */
#define UNFIT_KEPT 256
struct unfit {
	pid_t pid, ppid;
	uint64_t at_ns; /* the kernel's stamp of the exec */
};

/* By their pids' last digits too: whom the main loop judged last, by what they were at that time or later. */
struct judged_last {
	pid_t pid;
	uint64_t since_ns;
};

/* Everything is borrowed, and set by the daemon before each use. */
struct placer {
	struct kernel *kernel;
	const struct machine *machine;
	const struct policy *policy;
	const struct resolved *resolved;
	const struct want *want;
	struct members *members;
	struct mover *mover;
	struct proc *proc;
	struct origin_store *origins;
	struct pins *pins;
	pid_t self;
	const struct helpers *helpers; /* of cgqd, never placed either; NULL: none */
	const struct keepers *keepers; /* each belongs to its group, whatever rules and persons say; NULL: none */
	const struct own_pid_namespaces *own; /* NULL: none */
	uint64_t *rule_keys;  /* of the policy, sorted; owned here, see placer_policy() */
	size_t n_rule_keys;
	/* both under the policy in force */
	struct unfit unfit[UNFIT_KEPT];
	struct judged_last judged_last[UNFIT_KEPT];
	unsigned long moved, returned; /* since start */
	/* while the full look hears what waited: who was judged by an event, and is something else than its list says */
	bool hears;
	pid_t *heard;
	size_t n_heard, cap_heard;
	/* of the last full look */
	size_t looked;
	uint64_t looked_ns, moved_ns;  /* to judge them all; to put them where they belong */
	struct turns *turns; /* others have theirs during the full look; NULL: nobody waits */
	void (*drain)(void *ctx); /* hands all events that wait to placer_event(); NULL: there are none */
	/*
	 * Asked before one is put back into its group that somebody else moved out, found: its cgroup now. NULL: always.
	 */
	bool (*puts_back)(void *ctx, const struct proc_facts *f, unsigned group, const char *found);
	/* told of every move, and of every one that failed (e set) */
	void (*tell)(void *ctx, const struct proc_facts *f, unsigned group, unsigned rule, const struct err *e);
	/* told of every process that becomes a member of a group that moves nobody, passive or in place; NULL: nobody */
	void (*joined)(void *ctx, struct proc_facts *f, unsigned group);
	/* told of every member that has ended, before it is forgotten; NULL: nobody */
	void (*ended)(void *ctx, const struct member *one);
	void *ctx;
};

void placer_done(struct placer *p);

uint64_t placer_now_ns(void); /* CLOCK_MONOTONIC */

/* A new policy is in force: members are carried over by the path of their group. map[old] is the new index. */
void placer_policy(struct placer *p, const struct policy *now, const unsigned *map, size_t n_map);

/* The machine changed: where processes stand says nothing of who moved them. */
void placer_forget_standing(struct placer *p);

void placer_event(struct placer *p, const struct proc_event_told *ev);
/*
 * What threads say (quick.h), under the policy that they go by. Before an event of that process, as far as it was said by
 * then; what is said between an event's look and its move is harmless.
 */
struct quick_message;
void placer_quick(struct placer *p, const struct quick_message *m);

/*
 * At that time (CLOCK_MONOTONIC) the process was about to run that file, whose base name is given. If a rule then takes it into a
 * strict group, it is in there when this returns. It is judged again, by all that it is then, once it runs it, or after a second
 * has not done so. Who has its number since, it having been killed in its exec, is left alone.
 */
void placer_before_exec(struct placer *p, pid_t pid, uint64_t at_ns, uint64_t dev, uint64_t ino, const char *name);

/* Reads facts for classify(); where a process is in our tree, its origin stands in. ctx is the placer. */
struct facts_reader placer_reader(struct placer *p);

/*
 * Writes down who became a member without being moved: born in a group, it is in the journal a second later, so that
 * its origin is known even when its parent and this daemon have died.
 */
void placer_journal(struct placer *p);
/* Of those whose first thread has ended, who is gone whole by now. Once a second. */
void placer_forget_ended(struct placer *p);

/*
 * Whether that process may be pinned to the group: 0 with FACT_STAT in f (give it back), or -errno with the reason:
 * -ESRCH it is not there, else it is never placed. *f is to be given back either way.
 */
int placer_may_pin(struct placer *p, pid_t pid, unsigned group, struct proc_facts *f, struct err *e);
/* The same for one that asks for it itself: also out of what is delegated to another manager. */
int placer_may_run(struct placer *p, pid_t pid, unsigned group, struct proc_facts *f, struct err *e);
/* Where it came from, by hierarchy: where one like it would go back to. free(each); NULL: not known. */
void placer_origins(struct placer *p, pid_t pid, char *ret[HIERARCHIES_MAX]);
/* Of one that another process started for it. */
void placer_came_from(struct placer *p, const struct proc_facts *f, const char *const origins[HIERARCHIES_MAX]);
/* That process alone is judged now, as by an event, and put where it belongs. */
void placer_judge(struct placer *p, pid_t pid);
/* Takes a person's decision back; the next look judges by rules again. False: it is not pinned. */
bool placer_unpin(struct placer *p, pid_t pid);
/* Does that very process still run? */
bool placer_is_there(struct placer *p, pid_t pid, uint64_t start_ticks);
/* In all cgroups of the group; true too where the group has none. */
bool placer_is_placed(struct placer *p, pid_t pid, unsigned group);

/* The full look (law 2): tree as observed just now. -errno only when nothing could be looked at. */
int placer_look(struct placer *p, const struct tree *tree, struct err *e);
