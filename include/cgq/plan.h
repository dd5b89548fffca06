/* What has to be done to the kernel, in the order in which it has to be done. */
#pragma once

#include <cgq/knob.h>
#include <cgq/tree.h>
#include <cgq/want.h>

enum action_kind {
	ACTION_MAKE,	 /* mkdir path in hierarchy */
	/*
	 * Move every process of path to the cgroup text names (both relative to the tree). path NULL: out of the base;
	 * text NULL: to machine_rest_path(), which is made if need be.
	 */
	ACTION_EVACUATE,
	ACTION_ENABLE,	 /* v2: write text ("+cpu +memory") to path's cgroup.subtree_control; path NULL: the base's */
	ACTION_DISABLE,	 /* v2: text is "-cpu …"; before members return to an inner cgroup; path NULL: the base's */
	ACTION_WRITE,	 /* write text to file */
	ACTION_REMOVE,	 /* rmdir, after its processes have gone */
	ACTION_REUNITE,	 /* v2: the processes of machine_rest_path() go back to the base, and it is removed */
};

struct action {
	enum action_kind kind;
	unsigned hierarchy;   /* index into machine->hierarchies */
	unsigned group;	      /* that it is for, or GROUP_NONE: the tree, or a group no longer wanted */
	const char *path;     /* relative to the tree; NULL: the base */
	enum knob knob;	      /* for WRITE; KNOB__COUNT: a file that goes with no single knob */
	const char *file;     /* for WRITE */
	const char *text;     /* what is written */
	const char *was;      /* what stands there, NULL if unknown */
	struct place at;      /* the line of the policy that asks for it, if one does */
	/*
	 * The write may only happen once the cgroup's use is at most this; 0: at once. A memory limit that is lowered.
	 * The old limit stays until then.
	 */
	uint64_t only_below_bytes;
	bool memsw;	      /* use is memory and swap together (v1) */
	bool only_reclaims;   /* once less is in use, somebody else writes it: systemd */
	bool may_reclaim;     /* the kernel may take its time: not to be done in the loop (law 12) */
};

/* Borrows from the want, the tree and the policy it was made of; own strings are in its arena. */
struct plan {
	struct arena arena;
	struct action *first;  /* before processes are moved */
	size_t n_first, cap_first;
	/* after: REMOVE, children before parents; then DISABLE and REUNITE, of the base */
	struct action *last;
	size_t n_last, cap_last;
};

void plan_free(struct plan *p);

/* A write that the kernel refused or changed; kept by the daemon, so that it is not tried again for nothing. */
struct refusal {
	char *path;	    /* relative to the tree */
	enum knob knob;
	char *text;	    /* what was written */
	struct value left;  /* what stood there afterwards */
	int error;	    /* errno of the write; 0: accepted, but something else is read back */
};

struct refusals {
	struct refusal *list;
	size_t n, cap;
};

void refusals_clear(struct refusals *r);
/* The refusal of exactly that write, or NULL. */
const struct refusal *refusals_find(const struct refusals *r, const char *path, enum knob knob, const char *text);
/* Replaces what stands for that path and knob. */
void refusals_put(struct refusals *r, const char *path, enum knob knob, const char *text, const struct value *left,
		  int error);
void refusals_drop(struct refusals *r, const char *path, enum knob knob); /* it was taken after all */
