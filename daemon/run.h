/* What `cgq run` and `cgq enter` ask for, and what came of it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <cgq/err.h>

#include "server.h"

/* RUN_MISSES_FILES: the group has namespaces, and descriptors must come with the call. */
enum run_missing { RUN_MISSES_NOTHING, RUN_MISSES_GROUP, RUN_MISSES_PERMISSION, RUN_MISSES_FILES };

struct run_done {
	enum run_missing missing; /* where it failed */
	pid_t pid;
	bool placed_caller; /* it goes on, and is to call exec itself */
	char note[768];	    /* what the caller should know all the same; "": nothing */
};

struct run_request {
	const struct peer *peer; /* who asks: it becomes the program, or the program is started for it */
	const char *group;
	const char *command; /* as it calls its program, for people to read; NULL: it does not say */
	bool enters;	     /* where it would have namespaces of its own: those of a member that was started before */
	pid_t enter;	     /* this one; 0: the oldest */
	bool terminal;	     /* the program gets a terminal of its own, where it is started for the caller */
	/* Of an answer that comes later; for r and e as run() in service.h. extra is the peer's, and answered by it. */
	void (*finish)(struct call_extra *extra, int r, const struct run_done *done, const struct err *e);
};
