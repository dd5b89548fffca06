/* Who is in which cgroup of our tree, as the kernel lists them. */
#pragma once

#include <cgq/tree.h>

#include "kernel.h"
#include "turns.h"

struct occupant {
	pid_t pid;
	/* by hierarchy: index into tree->list of the cgroup it is directly in, or OCCUPANT_NOWHERE */
	unsigned seen[HIERARCHIES_MAX];
};

#define OCCUPANT_NOWHERE UINT32_MAX

struct occupants {
	struct occupant *list; /* ascending by pid */
	size_t n, cap;
};

int occupants_read(struct kernel *k, const struct machine *m, const struct tree *t, struct turns *turns,
		   struct occupants *ret, struct err *e);
void occupants_done(struct occupants *o);
const struct occupant *occupants_find(const struct occupants *o, pid_t pid); /* NULL: in none of them */
