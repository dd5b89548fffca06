/* How the namespaces of a group, and of one of its processes, stand: in words. */
#include "namespace_state.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "keeper_look.h"
#include "namespaces_read.h"
#include "text.h"

char *namespace_kind_refusal(const struct namespaces *n, enum namespace_kind kind)
{
	if (n->modes[kind] != NAMESPACE_HOST && !namespace_inode(0, kind))
		return must_printf("%s: this kernel has no such namespaces", namespace_name(kind));
	if (n->modes[kind] == NAMESPACE_PATH && !namespace_inode_of_path(n->paths[kind]))
		return must_printf("%s: %s is no namespace", namespace_name(kind), TEXT_ESCAPED(n->paths[kind]));
	return NULL;
}

char *namespace_absence(const struct keeping_state *s)
{
	return s->waits_for[0] ? must_printf("waits for %s in the old network", s->waits_for) : must_strdup(s->why_not);
}

char *namespace_refusal(const struct keeping *k, const struct group *g, enum namespace_kind kind)
{
	struct keeping_state s;
	char *text = namespace_kind_refusal(&g->namespaces, kind);

	if (text || g->namespaces.modes[kind] != NAMESPACE_GROUP)
		return text;
	keeping_state(k, g->path, &s);
	if (!s.keeper) {
		auto_free char *why = namespace_absence(&s);

		text = must_printf("%s: %s", namespace_name(kind), why);
	}
	return text;
}

/* Where a start of its own makes it, any but ours will do. is_in 0: nothing can be said. */
static bool is_missed(const struct namespaces *n, const struct keeper *keeper, enum namespace_kind kind, uint64_t is_in)
{
	uint64_t wanted = n->modes[kind] == NAMESPACE_PATH  ? namespace_inode_of_path(n->paths[kind]) :
			  n->modes[kind] == NAMESPACE_GROUP ? (keeper ? keeper->inodes[kind] : 0) :
							      0;

	if (n->modes[kind] == NAMESPACE_HOST || !is_in || (n->modes[kind] == NAMESPACE_PATH && !wanted))
		return false;
	return wanted ? is_in != wanted : is_in == namespace_inode(0, kind);
}

/* The group's own, but of a keeper that leaves: what is started now is in another. */
static bool is_old(const struct keeping *k, const struct group *g, enum namespace_kind kind, uint64_t is_in)
{
	return k && keepers_left_inode(keeping_book((struct keeping *)k), g->path, kind, is_in);
}

uint32_t namespaces_missed(const struct keeping *k, const struct group *g, pid_t pid)
{
	struct keeping_state s;
	uint32_t missed = 0;

	if (!namespaces_any(&g->namespaces))
		return 0;
	keeping_state(k, g->path, &s);
	for (unsigned i = 0; i < NAMESPACE__COUNT; i++) {
		enum namespace_kind kind = (enum namespace_kind)i;
		uint64_t is_in = namespace_inode(pid, kind);

		if (is_missed(&g->namespaces, s.keeper, kind, is_in) || (g->namespaces.modes[i] == NAMESPACE_GROUP && is_old(k, g, kind, is_in)))
			missed |= NAMESPACE_BIT(i);
	}
	return missed;
}

bool namespace_is_keeper(const struct keeping *k, pid_t pid, uint64_t start_ticks)
{
	const struct keeper *one = k ? keepers_of_pid(keeping_book((struct keeping *)k), pid) : NULL;

	return one && one->start_ticks == start_ticks;
}
