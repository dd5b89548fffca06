/* The state folder: small files, replaced whole or appended to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/err.h>

/*
 * Opens the folder, makes it when missing. As root, a folder that is not root's or that others may write to is
 * refused: what lies in it would be taken for ours. -EWOULDBLOCK: another daemon has it open.
 */
int state_folder_open(const char *path, int *ret_fd, struct err *e);
/* Whole file, NUL-terminated, owned by the caller; -ENOENT without a text in e when it is not there. */
int state_read(int folder, const char *name, size_t max_bytes, char **ret, size_t *ret_len, struct err *e);
/*
 * The same as one string, for a file of lines: a stray NUL becomes '?', which damages its own line and no other. 1; 0 where there
 * is no file, or no folder (-1); -errno with the line for the log.
 */
int state_read_lines(int folder, const char *name, size_t max_bytes, char **ret, struct err *e);
/* Replaces the file in one step: a reader sees the old or the new one, also after a power cut. */
int state_write(int folder, const char *name, const char *text, size_t len, struct err *e);
/* What means nothing after a boot: it is not waited for on a disk. A power cut may leave an empty file. */
int state_write_of_boot(int folder, const char *name, const char *text, size_t len, struct err *e);
/* Appends all of it or nothing; *torn where a part of it stands there that could not be taken back. */
int state_append(int fd, const char *text, size_t len, bool *torn);
