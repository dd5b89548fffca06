/* What `cgq run` and `cgq enter` share: a program in a group, with the caller's terminal and exit status, or detached. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "cli_options.h"

struct run_program {
	const char *group;
	char *const *argv; /* ends with NULL */
	int streams[3];	   /* what it has as 0, 1 and 2 */
	bool detached;	   /* nobody waits for its end, and it has no terminal */
	bool enters;	   /* `cgq enter` */
	pid_t enter;	   /* with it: whose namespaces; 0: the oldest member's */
};

/* Returns its exit status where it was started, or why it was not; where this process became it, never. */
int run_program(const struct options *o, struct run_program *p);
