/*
 * Where processes came from, and which rule brought them, kept so that a later daemon of the same boot knows it
 * even after a SIGKILL: a journal that is appended to before the first write of a move.
 */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

#include "members.h"

struct origin_store;

/* folder -1: nothing is kept. Never fails; trouble is told by origin_store_trouble(). */
struct origin_store *origin_store_new(int folder, const struct machine *m);
void origin_store_free(struct origin_store *s);

/* Puts what an earlier daemon of this boot wrote into members: those of processes that still run are found by the next look. */
void origin_store_load(struct origin_store *s, const struct policy *p, struct members *members);
/* Queues; origin_store_flush() writes the queue in one go. */
void origin_store_add(struct origin_store *s, const struct policy *p, const struct member *one);
void origin_store_flush(struct origin_store *s);
/* Rewrites the journal with just these, when it has grown well beyond them. */
void origin_store_trim(struct origin_store *s, const struct policy *p, struct members *members);
/* Between two full looks: the next daemon might find it too long to be read, and a trim would help. */
bool origin_store_is_long(const struct origin_store *s, const struct members *members);
/* A line to log, or NULL; each trouble is told once, not again with every look. */
const char *origin_store_trouble(struct origin_store *s);
