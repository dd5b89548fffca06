/* How many processes cgqd has moved into each group and out of it, since it was started. By path: a policy may change. */
#pragma once

#include "strmap.h"

struct group_moves {
	unsigned long in, out;
};

/* Of that group, made if it is missing; lives as long as the map, an all-zero one of which is empty. */
struct group_moves *group_moves_of(struct strmap *all, const char *group);
/* What is known of it; nothing moved where nothing is. */
struct group_moves group_moves_get(const struct strmap *all, const char *group);
void group_moves_done(struct strmap *all);
