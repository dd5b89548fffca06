/* The part of struct kernel that is plain file access, shared by its implementations. No state: safe in any thread. */
#pragma once

#include <limits.h>

#include "kernel.h"

/* mount, path and file (may be NULL) as one path; -EINVAL for a path that climbs ("..") or does not begin with '/'. */
int kernel_files_path(const struct hierarchy *h, const char *path, const char *file, char ret[PATH_MAX], struct err *e);

int kernel_files_read(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, char *buf,
		      size_t size, struct err *e);
int kernel_files_write(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
		       const char *text, struct err *e);
int kernel_files_children(struct kernel *k, const struct hierarchy *h, const char *path,
			  int (*each)(void *ctx, const char *name), void *ctx, struct err *e);
int kernel_files_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e);
int kernel_files_open_file(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
			   struct err *e);
