/* What cgqd and its gate say to each other, over two sockets that keep the bounds of messages. */
#pragma once

#include <sched.h>
#include <stdint.h>

#include "fd_message.h"

/*
 * An exec of a strict program waits for its group so long, and goes on without it then; in a burst, so long after the last
 * one that was answered, since cgqd is at work then, and its turn comes. A judgement and a move take 0.1 ms, up to 20 ms
 * after an idle moment, and a look at 5,000 processes some 100 ms; but where thousands want the CPUs, a move is three writes (v1)
 * of up to 0.6 s each, since the kernel waits for every process that is just starting or ending to have its turn. Who starts a
 * program while cgqd hangs waits so long too. Whatever cgqd is at, none waits longer than the second of these.
 */
#define STRICT_LIMIT_MS 2000
#define STRICT_MOST_MS	10000

/* How the gate has cgqd scheduled while anybody waits; by all of it, it is told from what an administrator chose. */
#define STRICT_HURRY	      (SCHED_FIFO | SCHED_RESET_ON_FORK)
#define STRICT_HURRY_PRIORITY 1

/* One socket, the helper's: cgqd orders, the gate answers each order. */
enum gate_order_kind {
	GATE_BEGIN,  /* the other socket comes with it; the first order, and only that */
	GATE_MARK,   /* descriptors of files come with it: to be marked in a group of events that is being made */
	GATE_COMMIT, /* that group is complete: the earlier one loses its marks */
	GATE_PING,
};

#define GATE_FILES_MAX FD_MESSAGE_MAX /* of one order */

struct gate_order {
	uint32_t kind;
	uint32_t serial;
};

struct gate_done {
	uint32_t serial;
	int32_t errors[GATE_FILES_MAX]; /* of each file: 0 or a positive errno */
};

/* The other: the gate asks and tells, cgqd answers with the uint64_t id of what it was asked and has decided. */
enum gate_said_kind {
	GATE_ASKS,    /* id, at_ns, pid, dev, ino: this process is about to run that file */
	GATE_WENT_ON, /* … and went on without an answer; count: so many since it was told last, pid is one of them */
};

struct gate_said {
	uint64_t id;
	uint64_t at_ns;	/* CLOCK_MONOTONIC, when it was asked */
	uint64_t dev, ino;
	int32_t pid;
	uint32_t kind;
	uint32_t count;
};
