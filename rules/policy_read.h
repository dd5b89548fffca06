/* Records become a policy. */
#pragma once

#include "policy_files.h"

/*
 * Reads the files in order into one policy, later keys over earlier ones. Every local fault of every file is
 * added to faults; files that have one contribute nothing. Never fails: the worst policy is the empty one.
 * Borrows nothing; policy_free().
 */
struct policy *policy_read(const struct file_set *files, struct faults *faults);
