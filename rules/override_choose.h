/* The policy that files and what a person set come to together. */
#pragma once

#include "override.h"
#include "policy_choose.h"

/*
 * As policy_choose(), with each override as one more file. files and good: their overrides do not count; good_holds:
 * set was in force with good. Overrides of groups that no file of the choice names take no part, and are dropped from
 * set.
 */
void override_choose(struct overrides *set, const struct file_set *files, const struct faults *faults,
		     const struct file_set *good, bool good_holds, const struct machine *m, struct choice *ret);
