/* What the files of settle_run share; nobody else includes it. */
#pragma once

#include "settle_parts.h"
#include "settle_run.h"

/* A process that is put into a group for a person. */
struct placing {
	struct daemon *d;
	const char *path;    /* of the group */
	unsigned group;
	uid_t uid;	     /* whose decision it is */
	const char *command; /* NULL: as the process calls itself */
	int held;	     /* a pidfd of it, borrowed */
	struct proc_facts f; /* FACT_STAT of it */
	struct pin before;   /* what a person had decided about it; pid 0: nothing */
};

/* Law 5: what was read of the number is of the process that is held if that lives after it was read. */
bool settle_run_lives(const struct placing *s);
/* What is started there is started in namespaces. Of a passive group none is made: its programs run where they are. */
bool settle_run_is_inside(const struct placing *s);
/*
 * Pinned there with its descendants, placed, and told; or all as it was before. note: what the person should know all the same.
 */
int settle_run_place(struct placing *s, char *note, size_t note_bytes, struct err *e);

/*
 * settle_run_start.c: the group has namespaces, into which a running process cannot be put: the program is ordered from the
 * starter, for the caller that s holds. 1: the answer comes later, by q->finish.
 */
int settle_run_inside(const struct placing *s, const struct run_request *q, struct run_done *ret, struct err *e);
/*
 * settle_run_enter.c: 0 where that process is a member of the group, or -ESRCH. Whether its namespaces may be entered is judged by the next,
 * where it has any of its own.
 */
int settle_run_member(const struct placing *s, pid_t pid, struct err *e);
/*
 * The member whose namespaces are entered: the one that is named, or the oldest that was started. -ESRCH:
 * there is none.
 */
int settle_run_like(const struct placing *s, pid_t named, struct process_id *ret, struct err *e);
