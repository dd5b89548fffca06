/* The way back from machine_path(): which of our cgroups a path names. */
#include "tree_path.h"

#include <stdio.h>
#include <string.h>

const char *tree_relative(const struct machine *m, unsigned hierarchy, const char *path)
{
	const char *base = m->hierarchies[hierarchy].base;
	size_t n = strlen(base), tree = strlen(m->tree);

	if (strncmp(path, base, n) != 0 || path[n] != '/' || strncmp(path + n + 1, m->tree, tree) != 0)
		return NULL;
	path += n + 1 + tree;
	if (*path == '\0')
		return path;
	return *path == '/' ? path + 1 : NULL;
}

char *tree_group_path(const char *relative, char *buf, size_t size)
{
	static const char leaf[] = "/_self";
	size_t n;

	snprintf(buf, size, "%s", relative);
	n = strlen(buf);
	if (n >= sizeof(leaf) - 1 && strcmp(buf + n - (sizeof(leaf) - 1), leaf) == 0)
		buf[n - (sizeof(leaf) - 1)] = '\0';
	return buf;
}
