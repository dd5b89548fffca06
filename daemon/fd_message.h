/* One message with descriptors beside it, over a socket that keeps the bounds of messages. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The kernel passes at most 253 (SCM_MAX_FD). */
#define FD_MESSAGE_MAX 64

/* n: of fds, at most FD_MESSAGE_MAX; they stay the caller's. flags: as of sendmsg(2). 0 or -errno. */
int fd_message_send(int fd, const void *data, size_t size, const int *fds, size_t n, int flags);
/*
 * The bytes that came, 0 at the end, or -errno; -EMSGSIZE: more came than there was room for. *ret_n descriptors are the
 * caller's then, close-on-exec; those beyond max are closed. On an error there are none.
 */
ssize_t fd_message_recv(int fd, void *data, size_t size, int *fds, size_t max, size_t *ret_n, int flags);
