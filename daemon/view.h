/* Everything there is to tell, read-only: what the daemon hands to those who answer questions. */
#pragma once

#include <cgq/machine.h>
#include <cgq/plan.h>
#include <cgq/policy.h>
#include <cgq/tree.h>
#include <cgq/verdict.h>
#include <cgq/want.h>

#include "change_store.h"
#include "chronicle.h"
#include "frozen.h"
#include "helper.h"
#include "kernel.h"
#include "members.h"
#include "pins.h"
#include "policy_choose.h"
#include "proc.h"

struct keeping;
struct departed;
struct seen_units;
struct sampler;
struct strict_files;
struct strmap;
struct would_be;
struct made;

/* A memory limit that waits until use is below it. */
struct shrinking {
	char *path; /* of the cgroup, relative to the tree */
	enum knob knob;
	uint64_t wanted_bytes;
	uint64_t use_bytes;
};

/* What happened to an item that could not be done, until it is done or no longer wanted. */
struct trouble {
	unsigned group; /* GROUP_NONE: the whole tree */
	char *text;	/* "apache: pid 812 (apache2) could not be moved: …; left in its old group" */
};

struct view {
	struct kernel *kernel;	      /* for reading only */
	const struct machine *machine;
	const struct choice *choice;  /* policy, files in force, refused files, faults */
	const struct resolved *resolved;
	const struct want *want;
	const struct tree *tree;      /* as read back after the last apply or verify */
	const struct seen_units *units; /* of systemd, as they stood at the last look; NULL: the placement is a tree */
	const struct refusals *refusals;
	const struct shrinking *shrinking;
	size_t n_shrinking;
	const struct trouble *troubles;
	size_t n_troubles;
	const struct trouble *drifts; /* what somebody else changed and is left so, or is fought over */
	size_t n_drifts;
	const struct made *left;      /* drift = report: what was in force, and is left as somebody else changes it; else NULL */
	struct members *members;      /* not to be changed */
	struct sampler *sampler;
	const struct would_be *would_be; /* NULL: nobody looks */
	const struct chronicle *chronicle;
	const struct departed *departed; /* members that have ended */
	const struct strmap *moves;   /* see group_moves */
	const struct changes *changes;	 /* what persons set, what waits to be confirmed, what was rolled back */
	const struct file_set *confirm_point; /* what it returns to */
	unsigned confirm_left_seconds;
	bool unsaved_changes;	      /* they end with this daemon */
	const char *confirm_health;	 /* the command that watches it; NULL: none */
	struct proc *proc;
	struct facts_reader reader;   /* facts as the placer sees them: cgroups that cgqd did not choose; read NULL: proc's */
	const char *const *folders;   /* of the policy */
	size_t n_folders;
	unsigned read_how;	      /* … as policy_files_read() takes it */
	bool passive;		      /* the whole daemon: --passive, or after a reset */
	const char *passive_reason;   /* "--passive", "cgq reset at 12:03:11"; NULL while enforcing */
	const char *polling;	      /* why no process event ever comes, and everything is polled; NULL: they come */
	bool passive_stays;	      /* a reload does not end it: --passive, not a reset */
	const char *placing;	      /* "as programs start, by 2 real-time threads"; NULL: by the main loop, or nothing is placed */
	const char *favordynmods;     /* hierarchies that are mounted so: "cpu,cpuacct"; NULL: none */
	pid_t self;
	const struct helpers *helpers; /* its own; NULL: none */
	const struct pins *pins;      /* NULL: none */
	const struct frozen *frozen;  /* NULL: none */
	const struct keeping *keeping; /* namespaces of groups; NULL: nobody keeps any */
	const struct strict_files *strict_files; /* of strict groups, and how each stands; NULL: nobody looks */
};

/* DESIGN section 4, first that holds. */
#define STATE_TABLE(X)                                                                                               \
	X(REFUSED_FILE, "refused file")                                                                              \
	X(SHRINKING, "shrinking")                                                                                    \
	X(NOT_IN_FORCE, "not in force")                                                                              \
	X(DRIFT, "drift")                                                                                            \
	X(PASSIVE, "passive")                                                                                        \
	X(OK, "ok")
