/* The parts of plan_make. */
#pragma once

#include "plan_make.h"

/* What is being planned, and from what. */
struct planning {
	const struct want *w;
	const struct machine *m;
	const struct tree *t;
	const struct refusals *refusals;
	struct plan *plan;
	const struct seen_cgroup **seen; /* by node; NULL: stands nowhere yet */
	unsigned *node_of;		 /* by index of t->list; UINT32_MAX: not wanted at all */
	bool *inner;			 /* by node: has children */
};

/* A new action among the first ones, for one node or (NULL) for what nobody wants; KNOB__COUNT and no text yet. */
struct action *plan_add(struct planning *c, enum action_kind kind, unsigned hierarchy, const struct node *n);
bool plan_stands(const struct planning *c, size_t node, unsigned hierarchy);
/* v2: the controllers that must be enabled in an inner cgroup of ours. */
uint32_t plan_enabled(const struct planning *c, unsigned hierarchy);

/* Values: raised limits, then lowered ones. */
void plan_writes(struct planning *c);
