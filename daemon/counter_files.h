/* The files of one cgroup that are read again and again, through kept descriptors. */
#pragma once

#include <cgq/knob.h>

#include "kernel.h"

/* By controller, and its file on each version; a NULL file: that version has none. */
/*      id          controller           v2 file           v1 file                  */
#define COUNTER_TABLE(X)                                                                                             \
	X(CPU,        CONTROLLER_CPUACCT,  "cpu.stat",       "cpuacct.usage")                                         \
	X(CEILING,    CONTROLLER_CPU,      "cpu.stat",       "cpu.stat")                                              \
	X(PROCS,      CONTROLLER__COUNT,   "cgroup.procs",   "cgroup.procs") /* of any */                             \
	X(MEMORY,     CONTROLLER_MEMORY,   "memory.current", "memory.usage_in_bytes")                                 \
	X(WEIGHT,     CONTROLLER_CPU,      "cpu.weight",     "cpu.shares")                                            \
	X(QUOTA,      CONTROLLER_CPU,      "cpu.max",        "cpu.cfs_quota_us")                                      \
	X(PERIOD,     CONTROLLER_CPU,      NULL,             "cpu.cfs_period_us")                                     \
	X(MEMORY_MAX, CONTROLLER_MEMORY,   "memory.max",     "memory.limit_in_bytes")                                 \
	X(PRESSURE,   CONTROLLER_CPUACCT,  "cpu.pressure",   NULL)                                                    \
	X(MEMORY_EVENTS, CONTROLLER_MEMORY, "memory.events.local", "memory.failcnt") /* Linux 5.2 */                  \
	X(OOM,        CONTROLLER_MEMORY,   NULL,             "memory.oom_control")                                    \
	X(TASKS_EVENTS_LOCAL, CONTROLLER_PIDS, "pids.events.local", NULL) /* Linux 6.11 */                            \
	X(TASKS_EVENTS, CONTROLLER_PIDS,   "pids.events",    "pids.events")

enum counter_file {
#define X(id, ...) COUNTER_##id,
	COUNTER_TABLE(X)
#undef X
	COUNTER__COUNT
};

/* Where they are read from, and how many descriptors may be kept in all. */
struct counter_source {
	struct kernel *kernel;
	const struct machine *machine;
	unsigned kept, kept_max;
};

struct counter_files {
	int fds[COUNTER__COUNT]; /* or one of the below */
};

#define COUNTER_FD_UNOPENED (-1)
#define COUNTER_FD_GONE	    (-2) /* no such cgroup or file: not tried again before counter_files_retry() */

void counter_files_init(struct counter_files *f);
void counter_files_done(struct counter_files *f, struct counter_source *s);
void counter_files_retry(struct counter_files *f);

/*
 * Reads the whole file of the cgroup rel (relative to the tree; NULL: the root of the mount) into buf, with a NUL
 * and without the last newline. Opens it when need be, again when the cgroup was replaced. Length or -errno.
 */
int counter_read(struct counter_source *s, struct counter_files *f, const char *rel, enum counter_file which,
		 char *buf, size_t size);
/* Number of lines of cgroup.procs, of any length. -errno where it cannot be read. */
int counter_read_procs(struct counter_source *s, struct counter_files *f, const char *rel, uint64_t *ret);
/* Version of the controller that this file belongs to, 0: it is nowhere. */
int counter_version(const struct counter_source *s, enum counter_file which);
