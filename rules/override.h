/* What a person set while cgqd runs: each is one more policy file that exists in memory only. */
#pragma once

#include <cgq/machine.h>

#include "policy_files.h"

/* More than a person sets in a night; each is a file that every choice reads. */
#define OVERRIDES_MAX 200

struct override {
	char *group; /* path */
	char *key;   /* lower-cased, a name of KEY_TABLE once it was checked */
	char *value; /* as given */
	char *who;   /* "root" */
	char *when;  /* "2026-11-25 19:05:11" */
};

/* One for a group and key. In the order in which they were first set. */
struct overrides {
	struct override *list;
	size_t n, cap;
};

void overrides_done(struct overrides *o);
void overrides_copy(const struct overrides *from, struct overrides *ret);
const struct override *overrides_find(const struct overrides *o, const char *group, const char *key);
/* Copies; replaces one of the same group and key. */
void overrides_put(struct overrides *o, const struct override *one);
/* key NULL: all of the group. Answers how many there were. */
size_t overrides_drop(struct overrides *o, const char *group, const char *key);

/* What could not stand in one line of a file as "key = value". 0, or -EINVAL with the fault as a file would have it. */
int override_check(const struct override *one, char *why, size_t size);

/*
 * Adds each as a file of its own, shown as "set by root at 2026-11-25 19:05:11". Their names sort after those of
 * all real files, and no real file can have them.
 */
void overrides_render(const struct overrides *o, struct file_set *ret);
bool override_is_file(const char *name);
/* Whether a place is one of those: it has no line then, since the whole file is that one setting. */
bool override_is_path(const char *path);
unsigned override_line(const struct place *at);

/*
 * The files that were in force until now, and still may be: real ones all, of the overrides those that are not
 * taken back.
 */
void overrides_filter(const struct overrides *o, const struct file_set *in_force, struct file_set *ret);
/* The real files alone. */
void overrides_strip(const struct file_set *from, struct file_set *ret);

/*
 * Whether the files in force would still hold with these overrides. Every fault goes to faults; none: they would.
 */
void overrides_judge(const struct overrides *o, const struct file_set *in_force, const struct machine *m,
		     struct faults *faults);
/* Drops those of groups that no real file names any more, and tells each. True when there were any. */
bool overrides_drop_orphans(struct overrides *o, const struct policy *p,
			    void (*tell)(void *ctx, const struct override *one), void *ctx);
