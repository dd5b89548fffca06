/* How the thread of one CPU hears of the programs that start there and have a value that rules name. */
#pragma once

#include "event_filter.h"
#include "events.h"

enum exec_source_kind {
	EXEC_SOCKET, /* a socket of process events each: every one of them is asked at every program's start, anywhere */
	EXEC_RING,   /* a ring each: the one filter of the main loop's socket writes to that of its CPU, however many there are */
};

struct exec_source;

/* filter NULL, of a socket: every program that starts anywhere. */
struct exec_source *exec_source_new(enum exec_source_kind kind, struct event_filter *filter, unsigned cpu, struct err *e);
void exec_source_free(struct exec_source *s); /* before the filter */
int exec_source_fd(const struct exec_source *s); /* readable while programs wait */
/*
 * Calls each() for those that wait, under a storm not for all of them. What was lost is not told: the main loop has it.
 * -errno: nothing more can be read.
 */
int exec_source_read(struct exec_source *s, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx);
