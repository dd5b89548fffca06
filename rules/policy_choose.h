/* Which version of each file is in force: the new one, or the last good one. */
#pragma once

#include <cgq/machine.h>

#include "policy_files.h"

struct choice {
	struct policy *policy;	 /* never NULL */
	struct file_set in_force;/* what it was read from: to be kept as the last good set */
	struct faults faults;	 /* all of every refused file, and the lint of what is in force; sorted, in reading order */
	struct {
		char *path;
		bool kept;	 /* an earlier version of it is in force instead */
	} *refused;
	size_t n_refused;
};

void choice_done(struct choice *c);

/*
 * now: the files as they are; read_faults: those found while reading them (files listed with text NULL are
 * refused); good: the set in force until now, may be empty. The new set is judged as a whole first; if it does
 * not hold, files are refused one by one, the one whose reading in order makes a fault first, until what is left
 * holds. A file that vanished while others still need it stays in force and is reported so. A refused file is told all that is
 * wrong with it, also by the laws across files, as far as it could be read; that decides nothing.
 */
void policy_choose(const struct file_set *now, const struct faults *read_faults, const struct file_set *good,
		   const struct machine *m, struct choice *ret);
