/* The same hierarchies, wherever and whenever they are mounted. */
#pragma once

#include <cgq/machine.h>

/* Those that were ever seen, by the index that they keep. */
struct hierarchies {
	struct hierarchy list[HIERARCHIES_MAX];
	unsigned n;
};

/*
 * now: as discovered. Its hierarchies are put where they were: one that is mounted elsewhere keeps its index, a new one
 * gets the next, and one that is mounted nowhere stays in its place with version 0 and no controllers. One too many
 * is left out.
 */
void hierarchies_follow(struct hierarchies *known, struct machine *now);
