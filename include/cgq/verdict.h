/* Where one process belongs, and why. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cgq/policy.h>

/* Names and paths of a policy, looked up on this machine: arrays as long as those of the policy. */
struct file_id {
	uint64_t dev, ino;
};

struct resolved {
	struct resolved_exe {
		struct file_id *ids; /* a glob may name several; none while the file is not there */
		size_t n;
	} *exes;
	struct resolved_id {
		bool known;	     /* false while no such name exists */
		uint32_t id;
	} *users, *user_groups;
	struct rule_index *index; /* the rules by what they name; NULL: they are tried one by one */
};

enum verdict_kind {
	VERDICT_NONE,	  /* no rule fits: it stays, or goes back, where it came from */
	VERDICT_RULE,	  /* rule says so */
	VERDICT_FOLLOWS,  /* its parent belongs to the group (children = follow) */
	VERDICT_STAYS,	  /* it fitted once, or was found in the group's cgroup, and children = follow keeps it */
	VERDICT_EXCLUDED, /* never placed, whatever a rule says: see exclusion */
	VERDICT_PINNED,	  /* a person put it there, and no rule overrides that */
};

struct verdict {
	enum verdict_kind kind;
	unsigned group;		/* index, GROUP_NONE for NONE and EXCLUDED */
	unsigned rule;		/* index for RULE; UINT32_MAX else */
	char exclusion[160];	/* for EXCLUDED: "in another pid namespace", escaped */
};

/* Pid namespaces that cgqd made for groups: who is in there is in no container. */
struct own_pid_namespaces {
	uint64_t *inodes;
	size_t n;
};

/* What the daemon remembers of the process, for the core to judge by. */
struct standing {
	const struct own_pid_namespaces *own; /* NULL: there are none */
	unsigned parent_group;	/* the group its parent belongs to, or GROUP_NONE */
	unsigned current_group;	/* the group whose cgroup it is in and that may keep it, or GROUP_NONE */
	/*
	 * It was judged into current_group before and is in all its cgroups: what would exclude it there (its pid
	 * namespace, another manager's cgroup) was asked then, and is not asked again for the same group.
	 */
	bool settled;
	/*
	 * A person decided about it: where it belongs, or GROUP_NONE while that group is in no policy. Then it goes back
	 * where it came from, and no rule takes it either.
	 */
	bool is_pinned;
	unsigned pinned_group;
	/* cgq run started it, or its ancestor: it is no container, whatever pid namespace it is in. */
	bool is_started;
};
