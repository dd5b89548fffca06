/* The file that `cgq set --save` writes: what it held, with some settings changed. */
#pragma once

#include "override.h"

/* Sorts after the numbers that people and packages give their files, so that it has the last word. */
#define DROPIN_NAME "90-cgq-set.conf"

/* What is to become of it. */
struct dropin_change {
	const struct overrides *put;  /* these stand in it then */
	const char *group;	      /* of those that shall not */
	const char *const *keys;      /* n_keys 0: none; with all: every key of the group */
	size_t n_keys;
	bool all;
	const char *who, *when;	      /* for the comment */
};

/*
 * old: the file as it is, NULL when there is none. It is read as any policy file is; with a fault it is not
 * touched: -EINVAL, and its faults in faults. *ret is the new text, owned by the caller, NULL when nothing is left.
 * Rules that somebody wrote into it are kept, comments are not.
 */
int dropin_change(const struct policy_file *old, const struct dropin_change *change, char **ret, struct faults *faults);
