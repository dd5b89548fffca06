/* Every process in one pass of the kernel's task iterator, which needs a tenth of the time that /proc does. */
#pragma once

#include <cgq/err.h>
#include <cgq/facts.h>

struct proc;
struct tasks;
struct turns;
struct whereabouts;

/* NULL and e: not to be had here, because. What it says of this very process is compared with what p does. */
struct tasks *tasks_new(struct proc *p, struct err *e);
void tasks_free(struct tasks *t);

/*
 * In ascending order of pid; kernel threads and zombies left out. FACT_STAT, FACT_IDS and FACT_NAMESPACE are known, FACT_EXE
 * and FACT_FILE only where they are sure to be what /proc shows. *ret and what is in it belong to the caller.
 *
 * w: notes the spot of each; NULL: nobody asks. turns: others have theirs between two reads; NULL: nobody waits. Nothing is locked while one is looked at: of a process that execs or ends in that moment a part may be of before, of after,
 * or nonsense. Who execs is told of by an event.
 */
int tasks_scan(struct tasks *t, struct turns *turns, struct whereabouts *w, struct proc_facts **ret, size_t *ret_n,
	       struct err *e);
