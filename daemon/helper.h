/*
 * Helpers: small processes that hold a privilege which cgqd itself does without.
 *
 * Each has a role, and is the same program: `cgqd --helper ROLE` with one connected socket (AF_UNIX, SOCK_SEQPACKET) as
 * descriptor 3, as systemd hands over what it has accepted (sd_listen_fds(3)). It comes to be in one of two ways:
 *
 * - systemd starts it, in a unit of its own (cgqd-ROLE.socket, cgqd-ROLE@.service), when cgqd connects to ROLE.sock beside
 *   its own socket. Then it may have what the unit of cgqd lacks.
 * - Where there is no such socket, cgqd starts it, and it has what cgqd has.
 *
 * Who ends whom: a helper ends when its socket ends, and so with cgqd, however that ends; one that cgqd started is killed
 * with it, too. cgqd ends one that is silent, by its pidfd.
 *
 * What the two say to each other is the role's own, after one message: helper_hello, from the helper, with its pidfd. Messages
 * are structs of a fixed size, with descriptors beside them, see fd_message.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/err.h>

/*
 * The role, as the command line, units and sockets name it; its comm, of at most 15 bytes; and what it does until cgqd is
 * gone: int run(int fd), which returns 0 at the end of the socket, and -errno where it cannot go on.
 *
 * When run() begins, nothing is open but fd, which is blocking and close-on-exec, and those up to 2; the hello is sent; no
 * signal is blocked; it leads a session of its own; there is one thread; and who is at the other end is root.
 */
#define HELPER_ROLES(X)                                                                                                \
	X(GATE, "gate", "cgqd-gate", gate_run)                                                                         \
	X(DELEGATION, "delegation", "cgqd-delegation", delegation_run)                                                 \
	X(STARTER, "starter", "cgqd-starter", starter_run)

#define HELPER_ROLE_ENUM(id, name, comm, run) HELPER_##id,
enum helper_role { HELPER_ROLES(HELPER_ROLE_ENUM) HELPER_COUNT };

/* Another number than ours: it is of another version of this program, and not used. */
#define HELPER_PROTOCOL 1

struct helper_hello {
	uint32_t protocol;
	int32_t pid;
};

/* cgqd's side. All of them, used by the main thread only. */
struct helpers {
	const char *beside; /* cgqd's own socket; borrowed */
	struct helper {
		pid_t pid; /* 0: none, and the descriptors mean nothing */
		int fd;	   /* the socket: blocking, and close-on-exec */
		int pidfd; /* readable once it has ended */
		uint64_t silent_ns; /* when one said nothing, CLOCK_MONOTONIC; 0: none yet */
	} of[HELPER_COUNT];
};

/*
 * From here on there is h->of[role], which was not there before. Waits some seconds for its hello, at most, and after one that
 * did not come not again for a while: -ETIMEDOUT then. A socket that is not root's is left alone, as if it were not there.
 * 0, or -errno with e.
 *
 * Threads that place at once are paused meanwhile (settle_quick_pause()): they would take it for anybody, while the main loop
 * knows who it is as soon as this returns.
 */
int helper_open(struct helpers *h, enum helper_role role, struct err *e);
/*
 * However it stands, it is killed, and has ended when this returns, but for a process that the kernel does not let go. Nothing
 * is done where there is none.
 */
void helper_end(struct helpers *h, enum helper_role role);
void helpers_end(struct helpers *h);
/* Is it one of them? They are never placed. */
bool helpers_have(const struct helpers *h, pid_t pid);

/* The helper's side: all of cgqd --helper ROLE. The exit code, after one line on stderr where it is not 0. */
int helper_main(const char *role);
/* The pid of the cgqd at the other end. */
pid_t helper_served(int fd);
