/* What each group uses: its own cgroup as the kernel counts, or its members; children included. */
#pragma once

#include "sampler.h"
#include "view.h"

struct group_usage {
	struct usage usage;
	double cpu_min_percent; /* of the machine, by what is in force; negative: unknown, or passive */
	double cpu_max_percent;
	bool cpu_unlimited, memory_unlimited;
};

struct usages {
	struct group_usage *groups; /* by index of the policy */
	size_t n;
	struct group_usage *nodes; /* by index of the want */
	uint64_t procs; /* of all groups together */
};

void usages_make(const struct view *v, struct usages *ret);
void usages_done(struct usages *u);
