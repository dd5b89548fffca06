/* What the policy means on this machine: one value for each knob of each cgroup of our tree. */
#pragma once

#include <cgq/knob.h>
#include <cgq/policy.h>

struct wanted {
	struct value value;	    /* what should be read back; VALUE_UNKNOWN: this machine has no such file */
	bool asked;		    /* the policy sets it; else value is the kernel's default */
	/*
	 * Asked, but not to be had here, and why: "cgroup v1 has no memory.low". With a value: that is what comes nearest
	 * and is written ("the parent's ceiling is 1.5 cores").
	 */
	const char *impossible;
	const struct place *at;	    /* of the setting, in the policy; NULL: nowhere */
};

static inline struct place wanted_at(const struct wanted *w)
{
	return w->at ? *w->at : (struct place){ 0 };
}

/* One cgroup of the tree. */
struct node {
	unsigned group;	 /* index into policy->groups; GROUP_NONE for the tree itself */
	unsigned parent; /* index into nodes; its own for nodes[0] */
	bool self;	 /* the leaf _self, which holds the members of a group that has children */
	const char *path;/* as machine_path() takes it: "" for nodes[0], "web/php", "web/_self"; "/system.slice/x.service" in place */
	uint32_t controllers; /* bit per controller whose hierarchy this cgroup must stand in */
	struct wanted wanted[KNOB__COUNT];
	/* what the values come to, for people; negative: not limited or not reserved */
	double cpu_min_percent; /* of the machine */
	double cpu_max_percent;
};

/*
 * nodes[0] is the tree; parents before children. Enforced groups only: a passive group has no node. Borrows
 * strings from the policy, which must outlive it.
 *
 * n 0: nothing is enforced, and the tree has to go. n with hierarchies 0: nothing can be enforced on this machine
 * (machine->refusal): the nodes only say so, and no group has a leaf that processes could be moved to.
 *
 * In PLACEMENT_UNITS no group has a leaf either. What want_make() gives is what each group is to have, with hierarchies 0;
 * want_in_place() makes of it the same for the units that the groups' processes are in.
 */
struct want {
	struct arena arena;
	struct node *nodes;
	size_t n;
	unsigned *leaf_of_group;  /* by group: index of the node its members live in; UINT32_MAX for passive groups */
	unsigned *node_of_group;  /* by group: index of the group's own node */
	uint32_t hierarchies;	  /* bit per index of machine->hierarchies in which the tree must stand */
	bool in_place;		  /* PLACEMENT_UNITS */
};

void want_free(struct want *w);
