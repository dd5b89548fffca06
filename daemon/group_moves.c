/* How many processes cgqd has moved into each group and out of it. */
#include "group_moves.h"

#include <stdlib.h>

#include <cgq/memory.h>

struct group_moves *group_moves_of(struct strmap *all, const char *group)
{
	struct strmap_entry *entry = strmap_put(all, group);

	if (!entry->value)
		entry->value = must_alloc(sizeof(struct group_moves));
	return entry->value;
}

struct group_moves group_moves_get(const struct strmap *all, const char *group)
{
	const struct strmap_entry *entry = all ? strmap_find(all, group) : NULL;

	return entry && entry->value ? *(struct group_moves *)entry->value : (struct group_moves){0};
}

void group_moves_done(struct strmap *all)
{
	strmap_clear(all, free);
}
