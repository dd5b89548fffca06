/*
 * Groups that a person has frozen. Data, by path: a group that goes and comes again is not frozen any more. Not written
 * down: what is frozen is found in the kernel again.
 */
#pragma once

#include <sys/types.h>

#include <cgq/policy.h>
#include <cgq/tree.h>
#include <cgq/want.h>

struct frozen_group {
	char *path;
	bool known;	  /* who and when; not of what was found frozen at the start */
	uid_t uid;
	uint64_t at_usec; /* CLOCK_REALTIME */
};

struct frozen {
	struct frozen_group *list;
	size_t n, cap;
};

void frozen_done(struct frozen *f);
/* False: it was frozen already, and whose decision that was stays. */
bool frozen_put(struct frozen *f, const char *path, uid_t uid, uint64_t at_usec);
void frozen_take_back(struct frozen *f, const char *path); /* that very group only */
/* Of the group and of those below it; how many were frozen. */
size_t frozen_drop(struct frozen *f, const char *path);
/* Itself, or the nearest above it; NULL: it runs. f may be NULL here and below. */
const struct frozen_group *frozen_find(const struct frozen *f, const char *path);
/* The nearest above it, whether it is frozen itself or not. */
const struct frozen_group *frozen_above(const struct frozen *f, const char *path);
/* By group of the policy, for want_make(); owned by the caller. */
bool *frozen_groups(const struct frozen *f, const struct policy *p);
/* By the kernel's word: its cgroup, or one of the units that it is in place on. Not for the sake of one above it. */
bool frozen_is(const struct policy *p, const struct want *w, const struct tree *t, unsigned group);
/* What an earlier daemon left frozen. */
void frozen_found(struct frozen *f, const char *path);
void frozen_adopt(struct frozen *f, const struct policy *p, const struct tree *t);
/* Forgets groups that are not enforced any more, each told of first. */
void frozen_trim(struct frozen *f, const struct policy *p, void (*tell)(void *ctx, const char *path), void *ctx);
