/* Which units cgqd froze, and which of those are to run again. */
#pragma once

#include <cgq/unit.h>

/* Names. An all-zero one is empty. */
struct unit_frozen {
	char **list;
	size_t n, cap;
};

struct unit_freezer {
	bool (*wants)(void *ctx, const struct seen_unit *u);
	/* unit NULL: it is not among those seen any more. 0, -errno (told by it); -ENOENT: there is no such unit. */
	int (*set)(void *ctx, const char *name, const struct seen_unit *u, bool frozen);
	void *ctx;
};

void unit_frozen_done(struct unit_frozen *f);
/* An earlier cgqd's. */
void unit_frozen_put(struct unit_frozen *f, const char *name);
/*
 * Freezes who is to be, and lets go who is no longer, also of groups that are gone and of units that nobody is in. What
 * somebody else froze is left so.
 */
void unit_frozen_follow(struct unit_frozen *f, struct seen_units *seen, const struct unit_freezer *by);
