/* Who is at the other end of a connection, by the kernel's word. */
#pragma once

#include <sys/types.h>

#include "server.h"

/* Whose members may read, besides root; known false: there is no such group. */
struct readers {
	bool known;
	gid_t gid;
};

struct readers peer_readers(void); /* the group cgq */
/* Credentials as they were at connect(). 0 or -errno. */
int peer_read(int fd, const struct readers *readers, struct peer *ret);
