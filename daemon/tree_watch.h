/*
 * Notices that somebody changes our tree: inotify on each of its cgroups in each hierarchy. It sees files that were written and
 * closed, cgroups made, removed and renamed, by whomever (our own too; a move when its kept descriptor is closed); on v2 also
 * that a cgroup is empty or is no longer (cgroup.events), but else not that a process was moved out. Changes nothing.
 */
#pragma once

#include <cgq/machine.h>
#include <cgq/tree.h>

#include <cgq/err.h>

struct tree_watch;

struct tree_watch_want {
	/*
	 * Told of each change: path relative to the tree, NULL for the base; file NULL: cgroups came or went there, or
	 * more happened than could be listed (path NULL as well).
	 */
	void (*changed)(void *ctx, unsigned hierarchy, const char *path, const char *file);
	/* Whether one is not to be watched now; NULL: all are. */
	bool (*skips)(void *ctx, unsigned hierarchy, const char *path);
	void *ctx;
};

struct tree_watch *tree_watch_new(const struct tree_watch_want *want, struct err *e); /* NULL on failure */
void tree_watch_free(struct tree_watch *w);
int tree_watch_fd(const struct tree_watch *w); /* readable while tree_watch_read() has something to tell */
/* Whether nothing is left to be told. */
bool tree_watch_read(struct tree_watch *w);
/* Whether each cgroup of the tree, as it was followed last, is watched in each of its hierarchies. */
bool tree_watch_sees_all(const struct tree_watch *w);
/* Keeps the watches in step with the tree as it was read just now. -ENOSPC: not all of it could be watched. */
int tree_watch_follow(struct tree_watch *w, const struct machine *m, const struct tree *t, struct err *e);
