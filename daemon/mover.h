/* Writes pids. With apply the only code that changes the kernel. */
#pragma once

#include <cgq/facts.h>
#include <cgq/want.h>

#include "kernel.h"

struct mover;

/* Opening costs a third of a write; a quarter of the usual RLIMIT_NOFILE is left to it. */
#define MOVER_KEPT_MAX 256

/* m and k are borrowed. */
struct mover *mover_new(struct kernel *k, const struct machine *m);
void mover_free(struct mover *v);
void mover_keep(struct mover *v, unsigned most); /* so many descriptors; MOVER_KEPT_MAX unless told */
void mover_forget(struct mover *v); /* closes kept descriptors: after the tree or the machine changed */

enum moved {
	MOVED_OK,
	MOVED_GONE,	/* it exited before or while; nothing is left moved. e is only filled when a stranger was put back */
	MOVED_PARTLY,	/* some hierarchy refused: e says which and why; it is in the others */
	MOVED_REFUSED,	/* none took it */
};

/* Told before processes are moved, true, and after, false. */
void mover_on_moving(struct mover *v, void (*moving)(void *ctx, bool moving), void *ctx);

/*
 * Moves a process, of whom pid and start_ticks are known, or else FACT_STAT and pid_ino, whole, to paths[h] (from the mount's root) in every hierarchy
 * h with a path. It is identified before (pidfd and start time) and looked at again after; where a recycled pid was
 * hit, that stranger is put back where its parent is, at once.
 */
enum moved mover_place(struct mover *v, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX], struct err *e);
/*
 * The same of some together, hierarchy by hierarchy. The kernel has one object (css_set) for each combination of cgroups that a
 * process is in. One that is moved on its own has them made and freed again for all combinations in between; those that go the
 * same way share them: with three hierarchies, 16 together need 30 % less of a CPU than one by one, more of them not less.
 */
#define MOVES_AT_ONCE 16 /* each is held by a descriptor meanwhile */
struct move {
	const struct proc_facts *facts;
	const char *to[HIERARCHIES_MAX];
	enum moved moved; /* what became of it */
	struct err e;
};
void mover_place_some(struct mover *v, struct move *list, size_t n); /* at most MOVES_AT_ONCE */
/*
 * The same of one that is held, and is not looked at before: what is in f (FACT_STAT) was read while it was.
 * mover_hold() answers a descriptor of the caller's, -ESRCH or -errno with e.
 */
int mover_hold(pid_t pid, struct err *e);
/* Whoever is held there is the process of f for sure; false too where its pid_ino is not known. */
bool mover_is_of(int held, const struct proc_facts *f);
enum moved mover_place_held(struct mover *v, int held, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX],
			    struct err *e);
/*
 * The same of one that nobody holds, whose pid_ino is known: it is looked at after it was moved, and not before, which is a
 * quarter of the way to the first write. For who knows that its pid can hardly be another's yet; if it is, that one is put back.
 */
enum moved mover_place_at_once(struct mover *v, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX],
			       struct err *e);
/* Sends it back; where an origin is gone, to the nearest ancestor that takes it. origins[h] NULL: not touched there. */
enum moved mover_return(struct mover *v, const struct proc_facts *f, const char *const origins[HIERARCHIES_MAX], struct err *e);
/* May the process run on fewer CPUs than its cpuset has, by sched_setaffinity(2)? */
bool mover_is_bound(struct mover *v, pid_t pid);
/*
 * Around writes that change cpusets with all that is in them: every thread's affinity, and that again for those that
 * lost it. NULL where the kernel keeps it by itself (since Linux 6.2); NULL is then given back too.
 */
struct affinities *mover_affinities_take(struct mover *v);
void mover_affinities_give_back(struct affinities *a);
/* A write to a cgroup.procs which moves nobody, for the sake of those that come after it: see warm.h. -errno: it does not help. */
int mover_touch(struct mover *v, unsigned hierarchy);
/* Empties one cgroup into another of the same hierarchy, until no process is left in it. */
int mover_evacuate(struct mover *v, unsigned hierarchy, const char *from, const char *to, struct err *e);
/*
 * Sends a signal to every process directly in one cgroup, each held and found to be there still; never to this one.
 * *ret_found: how many there were. -errno with e where they cannot be read.
 */
int mover_signal(struct mover *v, unsigned hierarchy, const char *path, int signal, size_t *ret_found, struct err *e);
/* SIGKILL to all in a cgroup and below it, in one step; -ENOENT where the kernel cannot (v1, or before Linux 5.14). */
int mover_kill_all(struct mover *v, unsigned hierarchy, const char *path, struct err *e);
