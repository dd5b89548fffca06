/*
 * Helpers: small processes that hold a privilege which cgqd itself does without.
 *
 * Each has a role, and is the same program: `cgqd --helper ROLE` with one connected socket (AF_UNIX, SOCK_SEQPACKET) as
 * descriptor 3, as systemd hands over what it has accepted (sd_listen_fds(3)). It comes to be in one of two ways, and
 * cannot tell them apart but by its parent:
 *
 * - systemd starts it, in a unit of its own (cgqd-ROLE.socket, cgqd-ROLE@.service), when cgqd connects to ROLE.sock beside
 *   its own socket. Then it may have what the unit of cgqd lacks.
 * - Where there is no such socket, cgqd starts it, and it has what cgqd has.
 *
 * Who ends whom: a helper ends when its socket ends, and so with cgqd, however that ends; one that cgqd started is killed
 * with it, too. cgqd ends one that is silent, by its pidfd. A helper is asked for nothing after cgqd has closed its socket.
 *
 * What they say to each other is the role's own, after one message: helper_hello, from the helper, with its pidfd. Messages
 * are structs of a fixed size, with descriptors beside them, see fd_message.h.
 */
#pragma once

#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>

#include <cgq/err.h>

#include "strict_gate.h"
#include "delegation_helper.h"

/*
 * The role, as it is named on the command line and in the names of units and sockets; its comm, of at most 15 bytes; and
 * what it does until cgqd is gone: int run(int fd), which returns 0, or -errno where the socket fails otherwise.
 *
 * Before run() nothing is open but fd and those up to 2, the hello is sent, no signal is blocked, and it is the leader of
 * its own session. There is one thread, and whoever is at the other end is root.
 */
#define HELPER_ROLES(X)                                                                                                \
	X("gate", "cgqd-gate", gate_run)                                                                               \
	X("delegation", "cgqd-delegation", delegation_run)

/* What a helper says first. Of another number than ours, it is of another version of this program, and is not used. */
#define HELPER_PROTOCOL 1

struct helper_hello {
	uint32_t protocol;
	int32_t pid;
};

/* cgqd's side. */
struct helper {
	int fd;	   /* the socket: blocking, and close-on-exec */
	int pidfd; /* readable once it has ended */
	pid_t pid;
};

#define HELPER_NONE ((struct helper){.fd = -1, .pidfd = -1})

/*
 * Connects to ROLE.sock in the folder of the file beside, or starts one; waits some seconds for its hello, at most. A socket that
 * is not root's is left alone, as if it were not there. 0, or -errno with e: no helper is left running then.
 */
int helper_open(const char *beside, const char *role, struct helper *ret, struct err *e);
/* However it stands, it is killed, and has ended when this returns, but for a process that the kernel does not let go. NONE is ignored. */
void helper_end(struct helper *h);

/* The helper's side: all of cgqd --helper ROLE. The exit code, after one line on stderr where it is not 0. */
int helper_main(const char *role);
/* The pid of the cgqd at the other end. */
pid_t helper_served(int fd);
