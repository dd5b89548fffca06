/* Our tree as the kernel shows it. */
#pragma once

#include <cgq/knob.h>
#include <cgq/memory.h>

struct seen_cgroup {
	const char *path;	 /* relative to the tree, "" for the tree itself */
	uint32_t hierarchies;	 /* bit per hierarchy in which it stands */
	uint32_t enabled;	 /* v2: bit per controller in its cgroup.subtree_control */
	/*
	 * v2: bit per hierarchy in which processes are directly in it, which may keep it from handing controllers on. v1
	 * does not care, and sorts all pids of a cgroup anew for each reader (pidlist_array_load): not asked there.
	 */
	uint32_t populated;
	struct value values[KNOB__COUNT];
	struct value memory_current; /* bytes charged, VALUE_UNKNOWN where not read */
	struct value memsw_current;  /* v1 only */
};

/* Sorted by path, byte for byte, so that parents come before children. */
struct tree {
	struct arena arena;
	struct seen_cgroup *list;
	size_t n, cap;
	uint32_t base_enabled[HIERARCHIES_MAX]; /* v2: controllers enabled in the base's subtree_control */
	uint32_t base_available[HIERARCHIES_MAX]; /* v2: controllers in the base's cgroup.controllers */
	uint32_t base_given[HIERARCHIES_MAX];	  /* v2: those that cgqd enabled there itself, by its own memory */
	uint32_t base_shared; /* v2: bit per hierarchy whose base has child cgroups that are neither the tree nor the rest */
	uint32_t rest_stands; /* v2: bit per hierarchy with a cgroup machine_rest_path() whose processes may go back to the base */
	uint32_t base_populated; /* bit per hierarchy whose base holds processes and may not, once controllers are enabled */
};

void tree_free(struct tree *t);
const struct seen_cgroup *tree_find(const struct tree *t, const char *path);
