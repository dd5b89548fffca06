/* The end of a placer that owns all it was given. */
#pragma once

#include "place.h"
#include "policy_built.h"

#include "child.h"

/* And of the child that it was about. */
static inline void placer_leave(struct placer *p, struct policy *policy, pid_t child)
{
	child_end(child);
	placer_done(p);
	pins_free(p->pins);
	origin_store_free(p->origins);
	proc_free(p->proc);
	members_free(p->members);
	built_free(policy);
}
