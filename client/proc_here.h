/* Processes as anyone may see them: what rules ask, and what they use. */
#pragma once

#include <cgq/facts.h>

/* A reader for classify(); its ctx is the machine. It knows neither tags nor parents: those fit nothing here. */
struct facts_reader proc_here_reader(const struct machine *m);

struct proc_use {
	pid_t pid;
	uint64_t bytes; /* of its own: what is shared is counted nowhere */
};

/* Every process that has memory, the largest first; free(). */
struct proc_use *proc_here_list(size_t *ret_n);
