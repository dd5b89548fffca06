/* The bytes of one file, taken with care. */
#pragma once

#include "policy_files.h"

/*
 * Puts the file into ret under as_name, shown as path. What may not be taken is put with text NULL and a fault,
 * and is no failure. -errno: it cannot be opened or read; nothing was put.
 */
int file_read(int folder_fd, const char *name, const char *as_name, const char *path, bool trusted_only,
	      struct file_set *ret, struct faults *faults);

/* The same for what is open already. */
int file_read_fd(int fd, const char *as_name, const char *path, struct file_set *ret, struct faults *faults);

/* Why only root's own may be trusted: "is owned by uid 1000, not by root"; NULL when st can be. */
struct stat;
const char *file_distrust(const struct stat *st, char *buf, size_t size);

/* A file that may not be taken. */
void file_refuse(const char *as_name, const char *path, const char *why, struct file_set *ret, struct faults *faults);
