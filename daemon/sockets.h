/* The sockets of one process, as far as others reach it by them. Looks at /proc/PID. */
#pragma once

#include <sys/types.h>

#include "socket_parse.h"

struct socket_of {
	const char *protocol; /* "tcp", "tcp6", "udp", "udp6" */
	bool six;
	struct socket_seen seen;
};

/* Each that listens, or has a peer; at most most of them. How many there are in all; -errno: it cannot be looked at. */
int sockets_each(pid_t pid, unsigned most, void (*each)(void *ctx, const struct socket_of *one), void *ctx);
