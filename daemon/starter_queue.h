/* What the starter is asked for: in which order it is told, and what it may have at a time. */
#pragma once

#include <stdbool.h>

#include "starter_wire.h"

/*
 * Programs that are started at the same time: what a client gives may hold up whoever touches it (a file system of its own, a
 * stopped process), and nobody but that user is to wait for it.
 */
#define STARTS_MAX	32
#define STARTS_USER_MAX 8

struct question {
	struct question *next;
	bool sent; /* the starter has it */
	struct starter_order order;
	int fds[START__BESIDE]; /* ours; -1: none */
	starter_kept *kept;	     /* of these four, the one that the order has */
	starter_done *done;
	starter_netted *netted;
	starter_started *started;
	void *ctx;
	struct starter_answer answer; /* once it is among the answered */
	struct err why;
};

struct questions {
	struct question *first, **last; /* as they were asked; last: where the next one is put */
};

void queue_init(struct questions *q);
void queue_put(struct questions *q, struct question *a);
/*
 * Whom the starter is to be told of next; NULL: nobody now. What is cgqd's own is done one after the other, and nothing that was asked
 * later before it.
 */
struct question *queue_next(const struct questions *q);
bool queue_is_any_sent(const struct questions *q);
bool queue_has_own(const struct questions *q); /* not only clients' programs, which are theirs to wait for */

/* Taken out of it, and the caller's; NULL: there is none. */
struct question *queue_first(struct questions *q); /* there must be one */
struct question *queue_own(struct questions *q); /* the first that is no start */
struct question *queue_sent(struct questions *q, uint32_t serial);
struct question *queue_unsent(struct questions *q, const void *ctx);
