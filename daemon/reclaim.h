/*
 * Lowers memory limits without killing and without holding up the loop: a thread of its own that shares nothing
 * but messages. It reclaims (v2 memory.reclaim; v1 by the write itself, which the kernel refuses with EBUSY rather
 * than kill), and lands the limit once use is below it.
 */
#pragma once

#include <cgq/plan.h>

#include "kernel.h"

struct reclaim;

struct reclaim_report {
	char *path;	     /* relative to the tree */
	enum knob knob;
	uint64_t wanted_bytes;
	uint64_t use_bytes;  /* when last looked at */
	bool landed;
	int error;	     /* 0, or why the write failed for good */
	struct value left;   /* read back */
};

/* notify_fd becomes readable when reports wait. k must not be used for anything that needs its state from two threads: only read and write are called. */
struct reclaim *reclaim_new(struct kernel *k, const struct machine *m, struct err *e);
void reclaim_free(struct reclaim *r); /* joins; what was not landed is left */
int reclaim_fd(const struct reclaim *r);
/* Replaces an earlier wish for the same path and knob. */
void reclaim_ask(struct reclaim *r, const struct action *a);
void reclaim_forget(struct reclaim *r, const char *path); /* NULL: everything */
/* Forgets everything but what these actions ask for again: that goes on, also where it is under way. */
void reclaim_keep(struct reclaim *r, const struct action *list, size_t n);
/* Takes one waiting report; false when there is none. Owned by the caller (path). */
bool reclaim_take(struct reclaim *r, struct reclaim_report *ret);
