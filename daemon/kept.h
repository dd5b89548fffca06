/* What a question asks of one cgroup, and how long what was read holds: nothing is read twice that nobody has changed. */
#pragma once

#include "counter_files.h"
#include "sampler.h"

/* What was told of all cgroups of ours together. */
struct stirred {
	unsigned moves, writes; /* counted from 1: processes written into any; any other file written, any made or removed */
	bool all_seen;		/* each such change is told; else nothing that was read holds */
};

/* All zero: nothing yet. */
struct kept {
	struct counter procs, memory_bytes;
	double pressure_percent;
	struct usage_limit weight, quota, memory_max;
	uint64_t cpu_ns; /* by the tick before procs and memory were read */
	unsigned moves, writes, limits_writes; /* what had been told when they were read; 0: not read */
};

struct kept_from {
	struct counter_source *source;
	struct counter_files *files;
	const char *path;
	struct counter cpu_ns; /* by the last tick */
	const struct stirred *stirred;
};

/* Fills in all but the rates; reads what does not hold. */
void kept_usage(struct kept *k, const struct kept_from *from, struct usage *ret);
struct counter kept_memory(struct kept *k, const struct kept_from *from);
/* Others reclaim memory of a cgroup whose processes sleep, and may write a limit in a namespace that no watch sees. */
void kept_renew_use(struct kept *k, const struct kept_from *from);
void kept_renew_limits(struct kept *k, const struct kept_from *from);
