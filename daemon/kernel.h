/*
 * The kernel, as far as cgroups go: the only way to read or write one. apply and mover write through it, observe
 * and the sampler read through it. Two implementations: kernel_libcgroup (the real one) and kernel_dir (plain
 * folders, for unit tests).
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <cgq/err.h>
#include <cgq/machine.h>

/*
 * path is a cgroup's path from the mount's root, "/cgq/web"; "" or "/" is the root itself. All calls return 0 or
 * -errno exactly as the kernel gave it, with text "PATH: FILE: what" in e.
 */
struct kernel {
	void *ctx;
	/* Fills hierarchies (all but base), n_hierarchies. Asked again when mounts change. */
	int (*discover)(struct kernel *k, struct machine *m, struct err *e);
	int (*make)(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e); /* EEXIST is 0 */
	int (*remove)(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e); /* one empty cgroup */
	/* buf gets a terminating NUL; -E2BIG when it does not fit. */
	int (*read)(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, char *buf,
		    size_t size, struct err *e);
	int (*write)(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, const char *text,
		     struct err *e);
	/* Calls each() with the name of every child cgroup; a non-zero answer ends it and is returned. */
	int (*children)(struct kernel *k, const struct hierarchy *h, const char *path,
			int (*each)(void *ctx, const char *name), void *ctx, struct err *e);
	/* A descriptor for writing pids to path's cgroup.procs, owned by the caller; for the mover's hot path. */
	int (*open_procs)(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e);
	/* A descriptor for reading one file again and again with pread at 0, owned by the caller; for the sampler. */
	int (*open_file)(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, struct err *e);
	void (*free)(struct kernel *k);
};

struct kernel *kernel_libcgroup_new(struct err *e);	       /* NULL on failure */
struct kernel *kernel_dir_new(const char *root, struct err *e); /* root holds a folder per hierarchy, see kernel_dir.c */
void kernel_free(struct kernel *k);
