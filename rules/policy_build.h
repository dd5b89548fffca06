/* Drafts become one policy. */
#pragma once

#include "draft.h"

/*
 * In reading order, later keys over earlier ones; faulty drafts contribute nothing. Faults only where the whole
 * has too much of anything; the draft that makes it so contributes nothing then. Borrows nothing; never NULL.
 */
struct policy *policy_build(struct draft *const *drafts, size_t n, struct faults *faults);
/* As if the policy did not set it. What was read from it before stays. */
void group_setting_forget(struct group *g, enum key key);
