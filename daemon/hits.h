/* How often a cgroup ran into its limits: the kernel's totals become what is new, now and then. Knows no clock. */
#pragma once

#include <stdbool.h>

#include <cgq/sample.h>

#include "counter_files.h"

/*
 * id; file and key on v2, on v1 ("": the whole file is the number; NULL: not counted there); knob; in words.
 * v2's memory.events.local counts for the cgroup whose limit it was, and kills for the victim's; the file without
 * ".local" counts all of it once more in every parent. v1's failcnt counts every try to charge beyond the limit, also
 * one that reclaim made good; oom_kill is there since Linux 4.13. pids.events counts where fork() was called on v1
 * and before Linux 6.11; since then in every parent too, and pids.events.local where the limit is.
 */
#define HIT_TABLE(X)                                                                                                 \
	X(THROTTLED, COUNTER__COUNT, NULL, COUNTER__COUNT, NULL, KNOB_CPU_MAX, "throttled at its CPU ceiling")       \
	X(MEMORY, COUNTER_MEMORY_EVENTS, "max", COUNTER_MEMORY_EVENTS, "", KNOB_MEMORY_MAX, "at its memory ceiling") \
	X(MEMORY_SOFT, COUNTER_MEMORY_EVENTS, "high", COUNTER__COUNT, NULL, KNOB_MEMORY_HIGH,                        \
	  "throttled above its soft memory limit")                                                                   \
	X(TASKS, COUNTER_TASKS_EVENTS, "max", COUNTER_TASKS_EVENTS, "max", KNOB_TASKS_MAX,                           \
	  "fork refused at its tasks limit")                                                                         \
	X(OOM_KILL, COUNTER_MEMORY_EVENTS, "oom_kill", COUNTER_OOM, "oom_kill", KNOB_MEMORY_MAX,                     \
	  "a process killed by the OOM killer")

enum hit {
#define X(id, ...) HIT_##id,
	HIT_TABLE(X)
#undef X
	HIT__COUNT
};

struct hit_row {
	struct {
		enum counter_file file; /* COUNTER__COUNT: none */
		const char *key;
	} v2, v1;
	enum knob knob;		/* that limits it */
	const char *words;
};

extern const struct hit_row hit_rows[HIT__COUNT];

struct hit_news {
	uint64_t since;		   /* we look: that many since the first reading */
	uint64_t untold;	   /* of these */
	uint64_t told_ns, quiet_ns;/* when something was told last, and for how long nothing more is */
};

/* All zero: not read yet. */
struct hit_count {
	struct counter last;   /* the kernel's total */
	struct hit_news *news; /* NULL until there are any: most cgroups never run into a limit */
};

/*
 * A reading. How many are to be told now: at once what comes after a quiet time, then what has added up after 10 s,
 * 20 s … 10 minutes, so that a group that lives at its ceiling does not fill the record. every: each is told at once.
 */
uint64_t hit_take(struct hit_count *h, struct counter now, uint64_t at_ns, bool every);
struct counter hit_total(const struct hit_count *h); /* since the first reading */
void hit_done(struct hit_count *h);
