/* Who is at the other end of a connection. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "names.h"
#include "peer.h"

#define READERS_GROUP "cgq"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* include/uapi/asm-generic/socket.h, Linux 6.5 */
#endif

static struct readers readers_look_up(void)
{
	struct readers r = { 0 };

	r.known = names_user_group(READERS_GROUP, &r.gid) == 0;
	return r;
}

static struct readers readers_hear(int from, pid_t child)
{
	struct readers r = { 0 };
	ssize_t n;

	do
		n = read(from, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return n == sizeof(r) ? r : (struct readers){ 0 };
}

/*
 * By a child: where the group is in no file, the name service loads what else might know of it (libnss_systemd and libm are
 * 640 KiB), and keeps it for good.
 */
struct readers peer_readers(void)
{
	auto_fd int from = -1, to = -1;
	struct readers r;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return readers_look_up();
	from = ends[0];
	to = ends[1];
	child = fork();
	if (child < 0)
		return readers_look_up();
	if (child == 0) {
		r = readers_look_up();
		_exit(write(to, &r, sizeof(r)) != sizeof(r));
	}
	auto_close(&to);
	return readers_hear(from, child);
}

/* A process may be in 65,536 supplementary groups; the kernel answers ERANGE and the size it needs. */
static bool has_supplementary(int fd, gid_t wanted)
{
	auto_free gid_t *list = NULL;
	socklen_t size = 0;

	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) || errno != ERANGE)
		return false;
	list = must_alloc(size);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, list, &size))
		return false;
	for (size_t i = 0; i < size / sizeof(*list); i++)
		if (list[i] == wanted)
			return true;
	return false;
}

int peer_read(int fd, const struct readers *readers, struct peer *ret)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
		return -errno;
	*ret = (struct peer){ .pid = who.pid, .uid = who.uid, .gid = who.gid, .socket = fd };
	ret->may_change = who.uid == 0;
	ret->may_read = ret->may_change || (readers->known && peer_is_in(ret, readers->gid));
	return 0;
}

bool peer_is_in(const struct peer *peer, gid_t gid)
{
	return peer->gid == gid || has_supplementary(peer->socket, gid);
}

static int ended(const struct peer *peer, struct err *e)
{
	return fail(e, ESRCH, "pid %d, which asked, has ended", (int)peer->pid);
}

static bool is_left_alone(const struct peer *peer)
{
	struct pollfd p = { .fd = peer->socket };

	return poll(&p, 1, 0) != 0; /* POLLHUP comes unasked */
}

int peer_hold_by_number(const struct peer *peer, struct err *e)
{
	auto_fd int held = pidfd_open(peer->pid, 0);
	char path[32];
	struct stat st;

	if (held < 0)
		return ended(peer, e);
	snprintf(path, sizeof(path), "/proc/%d", (int)peer->pid);
	if (stat(path, &st) < 0 || is_left_alone(peer))
		return ended(peer, e);
	if (st.st_uid != peer->uid && peer->uid != 0)
		return fail(e, EPERM, "pid %d is not of the user who asked", (int)peer->pid);
	return take_fd(held);
}

int peer_hold(const struct peer *peer, struct err *e)
{
	socklen_t size = sizeof(int);
	int held = -1;

	/* of a parent or sibling pid namespace */
	if (peer->pid <= 0)
		return fail(e, EPERM, "the process that asked is in another pid namespace, and cannot be seen from here");
	if (!getsockopt(peer->socket, SOL_SOCKET, SO_PEERPIDFD, &held, &size))
		return held;
	if (errno == ENOPROTOOPT)
		return peer_hold_by_number(peer, e);
	/* ESRCH or EINVAL: it was reaped */
	return ended(peer, e);
}
