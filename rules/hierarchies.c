/* The same hierarchies, wherever and whenever they are mounted. */
#include "hierarchies.h"

#include <string.h>

/* A v1 hierarchy is known by its controllers, which it keeps while any cgroup stands in it. v2 there is one only. */
static bool is_same(const struct hierarchy *a, const struct hierarchy *b)
{
	return a->version == b->version && (a->version == 2 || a->controllers == b->controllers);
}

static unsigned place_of(const struct hierarchies *known, const struct hierarchy *h)
{
	unsigned i = 0;

	while (i < known->n && !is_same(&known->list[i], h))
		i++;
	return i;
}

void hierarchies_follow(struct hierarchies *known, struct machine *now)
{
	struct hierarchy found[HIERARCHIES_MAX];
	unsigned n = now->n_hierarchies;

	for (unsigned i = 0; i < n; i++)
		found[i] = now->hierarchies[i];
	for (unsigned i = 0; i < known->n; i++) {
		now->hierarchies[i] = known->list[i];
		now->hierarchies[i].version = 0;
		now->hierarchies[i].controllers = 0;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned at = place_of(known, &found[i]);

		if (at == HIERARCHIES_MAX)
			continue;
		/* Where below it our tree stands was decided when it was first seen. */
		if (at < known->n) {
			memcpy(found[i].base, known->list[at].base, sizeof(found[i].base));
			found[i].base_is_root = known->list[at].base_is_root;
		}
		known->n += at == known->n;
		known->list[at] = now->hierarchies[at] = found[i];
	}
	now->n_hierarchies = known->n;
}
