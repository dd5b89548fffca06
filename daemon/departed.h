/* Members that have ended: the last few hundred, so that somebody may still ask why one was where it was. */
#pragma once

#include <cgq/policy.h>

#include "members.h"

struct departed_one {
	struct member m;	/* as it was last; its group is an index of the policy in force, unless group says it */
	uint64_t ended_ns;	/* CLOCK_MONOTONIC, when that was noticed */
	/* Of a policy that is no longer in force; NULL: ask the one that is. */
	char *group, *file, *text;
	unsigned line;
};

struct departed;

struct departed *departed_new(void);
void departed_free(struct departed *d);
/* Copies one; its paths are the members'. Costs a copy: ten thousand may end at once. */
void departed_add(struct departed *d, const struct member *one, uint64_t ended_ns);
/* Between members_paths_begin() and members_paths_end(). */
void departed_paths_keep(struct departed *d, struct members *members);
/* p is about to be freed: what is said in its terms is copied. */
void departed_policy(struct departed *d, const struct policy *p);
/* The latest of that number, NULL: none is remembered. */
const struct departed_one *departed_find(const struct departed *d, pid_t pid);
