/*
 * The kernel matches process events before it wakes the daemon, so that a process which no rule could want costs nothing.
 *
 * The law: once a process is watched, all of its events are told, and those of all its descendants, from their birth on.
 * Watched is who is told to be so here, whoever an event was told of, and who was born to one of them. Between begin and
 * end everything is told of everyone, and everyone it is told of is watched: in there, rules may change, all processes be
 * listed, and the members among them named, and nobody falls between.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/err.h>

#include "event_wants.h"

struct bpf_ring;

struct event_filter;

/* For the socket that process events come from; begun. NULL: not to be had here, because. Nothing is filtered then. */
struct event_filter *event_filter_new(int socket, struct err *e);
void event_filter_free(struct event_filter *f);

/*
 * That socket is told of programs that start on that CPU, and have a value that a rule names, and of nothing else; no begin
 * and no end changes that. It may be told of too many. One socket a CPU: a later one takes its place.
 */
int event_filter_execs(struct event_filter *f, int socket, unsigned cpu, struct err *e);

/*
 * The same as records of struct filter_exec in a ring of that CPU, one a CPU, which needs no further socket: told while the
 * socket of event_filter_new() is there. What somebody else sends in the name of the kernel is not told there.
 */
struct bpf_ring *event_filter_ring(struct event_filter *f, unsigned cpu, struct err *e);
void event_filter_ring_free(struct event_filter *f, struct bpf_ring *r);

/*
 * What that program was like as it started on that CPU, by the stamp of the event: recorded by itself before the socket
 * or the ring was told of it. False: it is not known, or no longer, or that CPU came after the filter. Any thread may ask.
 */
struct exec_record;
bool event_filter_exec(const struct event_filter *f, unsigned cpu, pid_t pid, uint64_t at_ns, struct exec_record *ret);

void event_filter_begin(struct event_filter *f);
/* -errno: cannot be told to the kernel; everything passes until the next end. */
int event_filter_rules(struct event_filter *f, const struct event_wants *w, struct err *e);
/* Where the kernel has no room for one more, it begins: everything is told until the next end. */
void event_filter_watch(struct event_filter *f, pid_t pid);
/* Between begin and end. -errno: cannot be told to the kernel; everything passes until the next end. */
int event_filter_watch_all(struct event_filter *f, const pid_t *list, size_t n, struct err *e);
/*
 * Who forked that child, of whose birth was just told: a watched process that made it a child of its own parent (CLONE_PARENT). 0:
 * whom the event calls its parent, or nobody who is watched.
 */
pid_t event_filter_forker(struct event_filter *f, pid_t child);
/*
 * The last event told of it was of told_ns, and it was judged after that: nobody asks for it, or for who is born to it, until
 * another event is told. That is for the kernel to see, since one may have been told since.
 */
void event_filter_dismiss(struct event_filter *f, pid_t pid, uint64_t told_ns);
/*
 * Those who were watched before the begin, and not named since, are watched no more if forget says so: only right when
 * every event that had been told before the begin has been acted upon.
 */
void event_filter_end(struct event_filter *f, bool forget);
