/*
 * Placing at once: one pinned real-time thread per CPU, woken on the CPU where a program starts, which moves that process before
 * it runs its first own instruction (FACTS: a listener of normal priority waits a whole slice there).
 *
 * A thread does the plainest case alone: a rule names the process, which is in none of our cgroups and is not pinned.
 * Everything else is the main loop's, which is told of every event too, and takes its time where threads place what rules name
 * (batch.h): what a thread judged is taken over, what it left out or lost is judged there. They share nothing but messages; what both read does not change while threads are let go on.
 * Between quick_pause() and quick_go() they touch nothing: events that come then are the main loop's alone.
 *
 * A thread says what it is about to do before it does it, so that the origin of a process is in the main loop's queue, and in
 * the journal of origins, before the process leaves it.
 */
#pragma once

#include <stddef.h>

#include <cgq/machine.h>
#include <cgq/policy.h>
#include <cgq/verdict.h>
#include <cgq/want.h>

#include "event_filter.h"
#include "kernel.h"

struct delegation_asker;

#define QUICK_PATHS_BYTES  4096

/* What threads judge by; all of it is the caller's, and stays as it is until quick_pause(). */
struct quick_plan {
	struct kernel *kernel;
	const struct machine *machine;
	const struct policy *policy;
	const struct resolved *resolved;
	const struct want *want;
	int state_folder;
	struct delegation_asker *delegation_asker; /* see proc_delegation_by() */
	bool believes_records; /* the kernel's own numbers are those that /proc shows here */
	bool keeps_warm;     /* latency = low, see warm.h: a start notes itself, and one of the threads does the touching */
	const pid_t *pinned; /* ascending; copied */
	size_t n_pinned;
};

enum quick_kind {
	QUICK_MOVES,  /* it is about to be moved */
	QUICK_MOVED,  /* and was, in every hierarchy */
	QUICK_MISSED, /* it ended before that, or the kernel refused */
	QUICK_UNFIT,  /* no rule fits it; group and rule are none */
};

/* One message, of QUICK_MESSAGE_BYTES and the paths' bytes. Group and rule are those of the policy that the threads go by. */
struct quick_message {
	enum quick_kind kind;
	pid_t pid, ppid;
	uint64_t start_ticks;
	uint64_t at_ns; /* the kernel's stamp of the event */
	unsigned group, rule;
	char comm[16];
	uint32_t paths_bytes; /* 0 but for MOVES */
	char paths[QUICK_PATHS_BYTES]; /* where it is: one after the other by hierarchy, each ended by NUL; "": not known */
};
#define QUICK_MESSAGE_BYTES offsetof(struct quick_message, paths)

struct quick;

struct quick *quick_new(struct err *e);
void quick_free(struct quick *q);
int quick_fd(const struct quick *q); /* readable when there are new messages: all are to be taken then */

/* After it nobody reads the plan any more. Waits for at most one process a thread that is being moved. */
void quick_pause(struct quick *q);
/*
 * Lets threads go on by that plan, one for each CPU that this process may use, and starts them where they are not there. filter:
 * knows what rules name. -errno: there are none, because. Paused before.
 */
int quick_go(struct quick *q, const struct quick_plan *plan, struct event_filter *filter, struct err *e);
/* Ends all threads: nothing is to be placed at once. */
void quick_stop(struct quick *q);

/* The main loop moves processes, until it has done so, which is a touch as well. In turns. */
void quick_moving(struct quick *q, bool moving);

/* The next message, if one waits. */
bool quick_take(struct quick *q, struct quick_message *ret);

unsigned quick_threads(const struct quick *q); /* 0: none */
/* Why they have no real-time priority, a text; NULL: they have. */
const char *quick_refusal(const struct quick *q);
