/* What would be held back if a passive group were enforced: measured use against what the policy asks. No clock. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>
#include <cgq/sample.h>
#include <cgq/want.h>

/* What can be too much of; text: what would happen then. */
enum would {
	WOULD_CPU,    /* throttled at its ceiling */
	WOULD_MEMORY, /* over its limit */
	WOULD_TASKS,  /* no more processes and threads */
	WOULD__COUNT
};

/* Limits of one group, as they would be in force; of the machine, percentages of the groups above worked out. */
struct would_limits {
	double cpu_percent;	     /* negative: no ceiling */
	struct counter memory_bytes; /* !known: no limit */
	struct counter tasks;
};

/* What a group uses, its children counted in, in one tick. */
struct would_use {
	double cpu_percent;	     /* of the machine; negative: unknown */
	struct counter memory_bytes;
	struct counter tasks;
};

/* CPU swings from tick to tick: what counts is the mean of so many. */
#define WOULD_TICKS 5
/* So many ticks in a row it must be over, or no longer over, before that is said. */
#define WOULD_FIRM  3

/* Of one group. All zero: nothing was measured yet. */
struct would_track {
	double cpu[WOULD_TICKS]; /* the last ones, in a ring */
	unsigned n_cpu, at;
	double now[WOULD__COUNT];/* as compared last: percent, bytes, tasks; negative: unknown */
	double most[WOULD__COUNT]; /* of the episode */
	unsigned firm[WOULD__COUNT]; /* ticks in a row that say otherwise than over */
	bool over[WOULD__COUNT];
	uint64_t times[WOULD__COUNT]; /* episodes that began */
	uint64_t ticks[WOULD__COUNT]; /* that the episode lasts, or lasted */
};

/* As if every group of the policy were enforced. Borrows from the policy, see struct want. */
struct want *would_want(const struct policy *p, const struct machine *m);
void would_limits(const struct want *w, unsigned group, struct would_limits *ret);

/* One tick. Answers which began (bit per enum would) and which ended. */
void would_tick(struct would_track *t, const struct would_limits *l, const struct would_use *u, uint32_t *ret_begun,
		uint32_t *ret_ended);
