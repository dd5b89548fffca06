/* Reads the machine and our tree, through struct kernel, and changes nothing. */
#pragma once

#include <cgq/machine.h>
#include <cgq/tree.h>

#include "kernel.h"

/* CPUs, nodes, memory, swap, page size; hierarchies through kernel->discover; each one's base; the layout. */
int observe_machine(struct kernel *k, const char *tree, double system_share, struct machine *ret, struct err *e);
/* CPUs, nodes, memory, swap and page size alone: enough to judge a policy, without any cgroup. */
int observe_resources(struct machine *ret, struct err *e);
/* Same CPUs, memory and hierarchies? */
bool machine_equal(const struct machine *a, const struct machine *b);
/*
 * One knob's value in the cgroup path (from the mount's root), as a tree holds it; VALUE_UNKNOWN where it cannot be
 * read. h is the hierarchy of its controller.
 */
void observe_value(struct kernel *k, const struct hierarchy *h, const char *path, enum knob knob, uint32_t page_bytes,
		   struct arena *arena, struct value *ret);
/* The whole tree as it stands; a missing tree is an empty one. Only knobs of controllers that are there. */
int observe_tree(struct kernel *k, const struct machine *m, struct tree *ret, struct err *e);
