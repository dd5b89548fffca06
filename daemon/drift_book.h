/*
 * What somebody else changed: whether it is put back now, and whether that is news. Remembers each thing for as long
 * as it differs, or somebody fights over it. Writes nothing; time is an argument.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fight.h"

struct drift_book;

/* report_only: nothing is ever put back. */
struct drift_book *drift_book_new(bool report_only);
void drift_book_free(struct drift_book *b);

struct drift_case {
	const char *key;   /* what changed: the same thing has the same key */
	const char *group; /* path; NULL: the tree */
	const char *name;  /* for people: "db memory.max" */
	const char *verb;  /* what was done to it: "changed", "moved out" */
	const char *found; /* what stands there: another text is another change */
	const char *state; /* how the group stands while it is left so: "memory.max: 900M in force, 300M wanted" */
};

struct drift_judgement {
	bool put_back;
	bool news;		/* to be told */
	const char *alarm;	/* somebody does not stop, in words; NULL: no such news. Until the next call. */
};

/* A look at everything begins: what is not judged until it ends has gone away by itself. */
void drift_book_begin(struct drift_book *b);
void drift_book_end(struct drift_book *b, uint64_t now_ns);
/* Asked again within a moment (several rounds of one look), it answers the same, and counts it once. */
void drift_book_judge(struct drift_book *b, const struct drift_case *c, uint64_t now_ns, struct drift_judgement *ret);
/* When the next thing that was left is to be put back; UINT64_MAX: nothing waits. */
uint64_t drift_book_due_ns(const struct drift_book *b);
/* Does somebody not stop, at anything whose key begins so? */
bool drift_book_fights(const struct drift_book *b, const char *begin, uint64_t now_ns);
/* How groups stand because of it; text is valid inside the call only. */
void drift_book_each(const struct drift_book *b, uint64_t now_ns,
		     void (*each)(void *ctx, const char *group, const char *text), void *ctx);
