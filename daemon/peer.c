/* Who is at the other end of a connection. */
#include <errno.h>
#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "peer.h"

#define READERS_GROUP "cgq"

struct readers peer_readers(void)
{
	char buf[4096];
	struct group g, *found = NULL;

	if (getgrnam_r(READERS_GROUP, &g, buf, sizeof(buf), &found) || !found)
		return (struct readers){ 0 };
	return (struct readers){ .known = true, .gid = found->gr_gid };
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
	*ret = (struct peer){ .pid = who.pid, .uid = who.uid };
	ret->may_change = who.uid == 0;
	ret->may_read = ret->may_change ||
			(readers->known && (who.gid == readers->gid || has_supplementary(fd, readers->gid)));
	return 0;
}
