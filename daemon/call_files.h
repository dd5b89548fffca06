/* Descriptors that come with a client's call, which stay in its socket: whoever needs them takes them out there. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Of a call with descriptors; it comes by one sendmsg(2), with nothing before it. */
#define CALL_FILES_TEXT_MAX_BYTES 16384U

/*
 * As recv() without waiting, but that a whole call with descriptors beside it is left where it is: *ret_left then, and buf has
 * its n bytes, the last of which is its NUL. size: at most CALL_FILES_TEXT_MAX_BYTES. Any other descriptors are dropped.
 */
ssize_t call_files_receive(int fd, char *buf, size_t size, size_t *ret_left);
/* A call that was left there, and is not needed there any more. */
void call_files_drop(int fd, size_t left);
/* What was left there is taken: its descriptors, of which there are n, exactly. -errno, and all that came stay open, as nobody's. */
int call_files_take(int fd, size_t left, int *files, size_t n);
