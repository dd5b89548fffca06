/* A cgroup of a tree that was read, and the end of such a tree. */
#include <cgq/tree.h>

#include <stdlib.h>
#include <string.h>

static int path_compare(const void *path, const void *seen)
{
	return strcmp(path, ((const struct seen_cgroup *)seen)->path);
}

const struct seen_cgroup *tree_find(const struct tree *t, const char *path)
{
	return t->n ? bsearch(path, t->list, t->n, sizeof(*t->list), path_compare) : NULL;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	arena_done(&t->arena);
	free(t->list);
	*t = (struct tree){ 0 };
}
