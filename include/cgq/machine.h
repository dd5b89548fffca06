/* The machine as cgqd finds it: CPUs, memory, and which controller lives in which hierarchy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*      id       v2 name    v1 name  */
#define CONTROLLER_TABLE(X)                                                                                          \
	X(CPU,     "cpu",     "cpu")                                                                                 \
	X(CPUACCT, NULL,      "cpuacct") /* v2 accounts in every cgroup */                                           \
	X(CPUSET,  "cpuset",  "cpuset")                                                                              \
	X(MEMORY,  "memory",  "memory")                                                                              \
	X(PIDS,    "pids",    "pids")                                                                                \
	X(FREEZER, NULL,      "freezer") /* v2 freezes any cgroup */

enum controller {
#define X(id, ...) CONTROLLER_##id,
	CONTROLLER_TABLE(X)
#undef X
	CONTROLLER__COUNT
};

#define CONTROLLER_BIT(id) (1U << CONTROLLER_##id)

struct controller_row {
	const char *v2, *v1;
};

extern const struct controller_row controller_rows[CONTROLLER__COUNT];

/* By the name that this version of cgroups has for it; -1: none of ours. */
int controller_find(const char *name, int version);

/* A hierarchy of ours holds at least one of the controllers above, so there are at most as many; with room for more of them. */
#define HIERARCHIES_MAX 8

struct hierarchy {
	int version;	      /* 1 or 2 */
	uint32_t controllers; /* bit per enum controller: those of ours that live here */
	char mount[256];      /* "/sys/fs/cgroup/memory" */
	char base[512];	      /* cgroup below which our tree may stand: "" is the root, else "/a/b" */
	bool base_is_root;    /* the base may hold processes beside children with controllers: any of v1, the true root of v2 */
};

enum layout {
	LAYOUT_NONE,	   /* no usable hierarchy at all */
	LAYOUT_V1,	   /* every controller of ours on v1, whether or not a v2 hierarchy is mounted as well */
	LAYOUT_MIXED,	   /* some on v1, some on v2 */
	LAYOUT_V2,	   /* pure v2, no systemd as pid 1: the tree is ours */
	LAYOUT_V2_SYSTEMD, /* pure v2 owned by systemd */
};

/* How groups are enforced. */
enum placement {
	PLACEMENT_TREE,	 /* in a tree of our own, into which their processes are moved */
	PLACEMENT_UNITS, /* in place, on the units of systemd that they are in: nobody is moved */
};

struct machine {
	unsigned cpus;	      /* online, at least 1 */
	char cpu_list[256];   /* "0-3" */
	char node_list[256];  /* memory nodes, "0" */
	char base_cpus[256];  /* what our tree inherits on a v1 cpuset, where nothing is inherited by itself; "" elsewhere */
	char base_mems[256];
	uint32_t missing_knobs;	/* bit per enum knob whose file this kernel is known not to have */
	uint64_t memory_bytes;
	uint64_t swap_bytes;
	uint32_t page_bytes;
	double system_share;  /* of a CPU that one busy thread outside keeps: 0.05 (setting system.cpu) */
	enum layout layout;
	enum placement placement; /* UNITS under systemd, unless we were given a delegated cgroup to have a tree in */
	char refusal[256];    /* why no group can be enforced here at all; "" when they can */
	struct hierarchy hierarchies[HIERARCHIES_MAX];
	unsigned n_hierarchies;
	char tree[64];	      /* "cgq": name of our own cgroup below each base */
};

/*
 * Path from the mount's root: of rel ("" is the tree itself, "web/php" a cgroup in it), or with NULL of the base. What
 * begins with '/' is one already: "/system.slice/mariadb.service" ("/" is the root).
 */
void machine_path(const struct machine *m, unsigned hierarchy, const char *rel, char *buf, size_t size);

/*
 * Where processes go that stand in the way of our tree: the base, or where that may hold none (v2 below the root),
 * the leaf "TREE-rest" beside the tree.
 */
void machine_rest_path(const struct machine *m, unsigned hierarchy, char *buf, size_t size);

/* Index into m->hierarchies, or -1. On v2, what every cgroup has (CPUACCT, FREEZER) is where CPU is. */
int machine_hierarchy(const struct machine *m, enum controller c);
