/* Process events from the kernel. The only file that knows libnl. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/err.h>

/*
 * EXIT is told of the main thread, and other threads of the process may live on; where events are filtered, of the last
 * thread. IDS and COMM are told of the main thread: what other threads do to themselves is not told.
 */
enum event_kind { EVENT_FORK, EVENT_EXEC, EVENT_IDS, EVENT_COMM, EVENT_EXIT };

struct proc_event_told {
	enum event_kind kind;
	pid_t pid;	  /* process, never a thread */
	pid_t parent;	  /* for FORK: the process that forked */
	bool is_last;	  /* for EXIT: of the last thread, nobody is left */
	uint64_t at_ns;	  /* CLOCK_MONOTONIC, by the kernel */
};

struct events;

/*
 * Subscribed and acknowledged when it returns; NULL on failure: ECONNREFUSED or ETIMEDOUT where no event will ever come (in
 * another network, pid or user namespace than the first), EPERM where more privilege is needed.
 */
struct events *events_new(struct err *e);
/* EXEC alone, for one of many listeners; kernels before 6.6 tell it everything. */
struct events *events_new_of_execs(struct err *e);
void events_free(struct events *v);
int events_fd(const struct events *v);
/*
 * Reads what waits, calling each() for every event about a process (threads are left out); under a storm not all of
 * it, so that the caller gets to do other things: events_fd() then stays readable. Answers the number, or -errno. *lost is set when the kernel dropped events: the caller looks at everything again.
 */
int events_read(struct events *v, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx, bool *lost, struct err *e);
/* The last read took as many as are taken at once: there may be more. */
bool events_are_left(const struct events *v);
/* event_filter.h: exits of threads are not told; the exit of a process may be told of its last thread. */
void events_are_filtered(struct events *v, bool filtered);
/*
 * Subscribes once more. Before Linux 6.6 another program's good-bye can stop everyone's events; with every look at
 * everything, this brings them back. Does no harm else.
 */
int events_renew(struct events *v, struct err *e);
uint64_t events_forged(const struct events *v); /* messages not sent by the kernel: dropped and counted */
