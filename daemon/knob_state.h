/* What became of one knob of one cgroup: wanted against what the kernel answers. */
#pragma once

#include "view.h"

enum knob_state {
	KNOB_STATE_ABSENT,     /* nobody asked for it, and there is no such file */
	KNOB_STATE_IN_FORCE,
	KNOB_STATE_IMPOSSIBLE, /* asked, but not to be had here */
	KNOB_STATE_SHRINKING,  /* waits until use is below it */
	KNOB_STATE_REFUSED,    /* the kernel refused it or keeps something else */
	KNOB_STATE_DRIFT,      /* differs, and nobody knows why */
};

struct knob_report {
	enum knob_state state;
	const struct value *effective; /* NULL: not known */
	char reason[320];	       /* "" when in force or absent */
};

/* seen: node's cgroup in the tree, or NULL. */
void knob_judge(const struct view *v, const struct node *node, const struct seen_cgroup *seen, enum knob k,
		struct knob_report *ret);
/* What it is called where people read: its key of the policy, or "freeze". */
const char *knob_key_name(enum knob k);
/* Version of the knob's controller on this machine; 0: it is not there. */
int knob_version(const struct machine *m, enum knob k);
