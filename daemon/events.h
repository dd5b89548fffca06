/* Process events from the kernel. The only file that knows libnl. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/err.h>

enum event_kind { EVENT_FORK, EVENT_EXEC, EVENT_IDS, EVENT_COMM, EVENT_EXIT };

struct proc_event_told {
	enum event_kind kind;
	pid_t pid;	  /* process, never a thread */
	pid_t parent;	  /* for FORK: the process that forked */
	uint64_t at_ns;	  /* CLOCK_MONOTONIC, by the kernel */
};

struct events;

/* Subscribed and acknowledged when it returns. */
struct events *events_new(struct err *e);
void events_free(struct events *v);
int events_fd(const struct events *v);
/*
 * Reads all that waits, calling each() for every event about a process (threads are left out). Answers the number,
 * or -errno. *lost is set when the kernel dropped events: the caller looks at everything again.
 */
int events_read(struct events *v, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx, bool *lost, struct err *e);
uint64_t events_forged(const struct events *v); /* messages not sent by the kernel: dropped and counted */
