/* The folders in which what rules name may appear or be replaced. */
#pragma once

#include <cgq/policy.h>

struct name_folders {
	char **list;
	size_t n, cap;
};

/*
 * The folders of all exe: values as they are now, for a glob each that fits so far, those that links lead to, and /etc where
 * rules name users or groups.
 */
void name_folders_make(const struct policy *p, struct name_folders *ret);
void name_folders_done(struct name_folders *f);
