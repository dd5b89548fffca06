/* Who is at the other end of a connection, by the kernel's word. */
#pragma once

#include <sys/types.h>

#include <cgq/err.h>

#include "server.h"

/* Whose members may read, besides root; known false: there is no such group. */
struct readers {
	bool known;
	gid_t gid;
};

struct readers peer_readers(void); /* the group cgq */
/* Credentials as they were at connect(). 0 or -errno. */
int peer_read(int fd, const struct readers *readers, struct peer *ret);
bool peer_is_in(const struct peer *peer, gid_t gid); /* was, at connect(): its group, or one of the supplementary ones */
/*
 * A pidfd of the very process that called connect(), to be closed by the caller. -ESRCH: it has ended; -EPERM: it cannot be
 * known from here which one it is.
 */
int peer_hold(const struct peer *peer, struct err *e);
/*
 * The same on Linux before 6.5, which knows the number alone: the process that has it now, if it is of the same user and
 * somebody still holds the other end. A number that went to another process of that user meanwhile is that user's own affair.
 */
int peer_hold_by_number(const struct peer *peer, struct err *e);
