/* How each group stands: the first that holds of STATE_TABLE, and why. */
#pragma once

#include "group_usage.h"

enum state {
#define X(id, ...) STATE_##id,
	STATE_TABLE(X)
#undef X
	STATE__COUNT
};

extern const char *const state_names[STATE__COUNT];

struct group_state {
	enum state state;
	char reason[320]; /* "" for ok, unless it is frozen */
	char would[200];  /* of a passive group: what would be held back; "" for nothing */
	bool frozen;	  /* itself or with a group above it; by the kernel's word */
};

/*
 * One for each group of the policy in force; owned by the caller, free(). What usages read just now counts more than
 * the tree, which may be some seconds old.
 */
struct group_state *states_make(const struct view *v, const struct usages *usages);
/* The same of one cgroup alone: by its values, and nothing else. */
void node_state(const struct view *v, const struct node *node, struct group_state *ret);
/* Whether nothing of the group is written: enforce = no, or the whole daemon is passive. */
bool group_is_passive(const struct view *v, unsigned group);
