/* What rules name that somebody has to look up on the machine. */
#pragma once

#include <cgq/policy.h>

/* Fills p->exes, users and user_groups, p->kinds and the refs of all values. */
void policy_refs_make(struct policy *p);
