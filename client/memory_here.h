/* What the members of each group would use of this machine's memory now, as far as anyone may see it. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>

#include "policy_check.h"

struct proc_use;

/* Processes are listed once, so that two policies are judged by the same numbers. Begins zeroed. */
struct memory_look {
	struct proc_use *list;
	size_t n;
	bool listed;
};

void memory_look_done(struct memory_look *l);

/*
 * By group; free(). NULL where it is not worth a look: no group has a ceiling of memory. An estimate that leaves out
 * rather than adds: memory that is shared, descendants that no rule names, and what others may not see of a process.
 * The largest processes are looked at first, and the look ends in good time.
 */
struct group_use *memory_here(struct memory_look *l, const struct policy *p, const struct machine *m);
