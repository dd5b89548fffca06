/* The way back from machine_path(): which of our cgroups a path names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/machine.h>

#define TREE_PATH_MAX 1024 /* base, tree and the longest group, with room */

/* "web" for "/base/cgq/web", "" for the tree itself, NULL for what is not in our tree. Points into path. */
const char *tree_relative(const struct machine *m, unsigned hierarchy, const char *path);
/* "web" for "web/_self": the group whose members live in that cgroup of the tree. Returns buf. */
char *tree_group_path(const char *relative, char *buf, size_t size);
