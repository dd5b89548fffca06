/* cgqd is asked to let a program start in a group: this process becomes it, or another one is started for it. */
#pragma once

#include <sys/types.h>

#include "cli_options.h"
#include "run_talk.h"

struct run_program {
	const char *group;
	char *const *argv; /* ends with NULL */
	int streams[3];	   /* what it has as 0, 1 and 2 */
	bool detached;	   /* nobody waits for its end, and it has no terminal */
	bool enters;	   /* `cgq enter` */
	pid_t enter;	   /* with it: whose namespaces; 0: the oldest member's */
};

enum run_way {
	RUN_WAY_FAILED,	 /* told; *ret_status is to be given */
	RUN_WAY_PLACED,	 /* this process is in the group: it is to call exec */
	RUN_WAY_STARTED, /* as *ret_pid; it is talked with by t, which is to be closed */
};

enum run_way run_ask(const struct options *o, const struct run_program *p, struct run_talk *t, pid_t *ret_pid, int *ret_status);
