/* Files that were rolled back: as they are, they are not taken again until somebody asks for it. */
#pragma once

#include "policy_files.h"

struct held_file {
	char *name;
	char *path;    /* as shown */
	bool gone;     /* its removal was rolled back */
	uint64_t hash; /* of what was rolled back; not of a removal */
};

struct held {
	struct held_file *list;
	size_t n, cap;
	char *why; /* "not confirmed within 30s"; NULL while there are none */
};

void held_done(struct held *h);
void held_put(struct held *h, const char *name, const char *path, bool gone, uint64_t hash);
/* Everything of now that differs from the set to return to; both hold real files only. */
void held_make(const struct file_set *now, const struct file_set *point, const char *why, struct held *ret);
/*
 * Those that are still as they were become files that may not be taken, with a fault each, so that what is in
 * force stays; those that changed since are forgotten: true when any was.
 */
bool held_apply(struct held *h, struct file_set *now, struct faults *faults);
