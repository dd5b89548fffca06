/* What persons changed, and what waits for a word of theirs, over a restart: one file of the state folder. */
#pragma once

#include "held.h"
#include "override.h"

/* A change that is to be confirmed; what it would return to is the good_store meanwhile. */
struct pending {
	bool is_pending;
	unsigned seconds;     /* that were given */
	uint64_t until_usec;  /* CLOCK_BOOTTIME; 0: over, since the machine has booted */
};

struct changes {
	struct overrides overrides; /* of this boot */
	struct pending pending;
	struct held held;
};

void changes_done(struct changes *c);

/*
 * Fills an empty *ret. -ENOENT: nothing was kept. On any failure *ret stays empty and e says what was found. After a
 * boot there are no overrides, and what was pending is over.
 */
int change_store_load(int folder, struct changes *ret, struct err *e);
int change_store_save(int folder, const struct changes *c, struct err *e);

/* The same as bytes, for tests. */
int change_store_parse(const char *text, size_t len, const char *boot, struct changes *ret, struct err *e);
char *change_store_format(const struct changes *c, const char *boot);
