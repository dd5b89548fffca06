/* A tree of two groups, to be sampled over plain folders. */
#pragma once

#include "dir_tree.h"

#include "sampler.h"

#define SECOND 1000000000ULL
#define UNKNOWN(x) assert_true((x) < 0)

/* web has a cgroup, batch is passive */
static struct group groups[] = {
	{ .path = "batch", .name = "batch", .parent = GROUP_NONE },
	{ .path = "web", .name = "web", .parent = GROUP_NONE, .enforce = true },
};
static struct policy policy = { .groups = groups, .n_groups = 2 };
static unsigned node_of_group[] = { UINT32_MAX, 1 };
static struct node nodes[] = {
	{ .group = GROUP_NONE, .path = "" },
	{ .group = 1, .path = "web" },
};
static struct want want = { .nodes = nodes, .n = 2, .leaf_of_group = node_of_group, .node_of_group = node_of_group,
			    .hierarchies = 1 };

static inline void make_cgroups(struct dir_tree *t)
{
	for (unsigned h = 0; h < t->m.n_hierarchies; h++) {
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq", NULL);
		t->k->make(t->k, &t->m.hierarchies[h], "/cgq/web", NULL);
	}
}
