/* Plan becomes writes. With mover the only code that changes the kernel. */
#pragma once

#include <cgq/plan.h>

#include "kernel.h"

struct reclaim;

struct apply_result {
	unsigned done, failed, deferred; /* actions; deferred: handed to reclaim */
};

struct applier {
	struct kernel *kernel;
	const struct machine *machine;
	struct reclaim *reclaim;      /* takes the writes that may wait or reclaim; NULL: they are done here, if use allows */
	struct refusals *refusals;    /* gets what the kernel refuses or changes */
	/* moves every process of one cgroup to another (both from the mount's root); the mover's job; 0 or -errno */
	int (*evacuate)(void *ctx, unsigned hierarchy, const char *from, const char *to);
	/*
	 * Told of every action that was tried, once, when its outcome stands; error is 0 or a positive errno with e
	 * saying what. What is handed to reclaim is not told of: reclaim reports it.
	 */
	void (*tell)(void *ctx, const struct action *a, int error, const struct err *e);
	void *ctx;
};

/* An action that fails touches nothing but its item. EINVAL and EBUSY are tried again after the others, while that helps. */
void apply_first(struct applier *a, const struct plan *p, struct apply_result *ret);
void apply_last(struct applier *a, const struct plan *p, struct apply_result *ret);
