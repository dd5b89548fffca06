/* The laws across files, for files that have faults of their own. */
#pragma once

#include <cgq/machine.h>

#include "draft.h"

/*
 * Judges all drafts in reading order as one policy, the faulty ones as far as they could be read. Nothing is told
 * that may only follow from a fault that was told: no missing parent that a header at fault, or a draft of others,
 * may name; no sum in which a line at fault may have a part.
 */
void partial_check(struct draft *const *drafts, size_t n, struct draft *const *others, size_t n_others,
		   const struct machine *m, struct faults *faults);
