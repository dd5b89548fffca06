/* Names in /run/netns, made and taken as `ip netns` does it. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>

#define FOLDER "/run/netns"

/* `ip netns` locks the folder likewise, while it makes a name. It needs no mount of its own to hold names. */
static int folder_open(void)
{
	int fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0 && flock(fd, LOCK_EX) < 0)
		(void)errno; /* where it cannot be locked, a name may be lost while the folder goes */
	return fd;
}

static int name_make(int folder, const char *name, int fd, struct err *e)
{
	char from[32], to[sizeof(FOLDER) + 256];
	int r, file = openat(folder, name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0);

	if (file < 0)
		return fail(e, errno, "%s/%s: %s", FOLDER, name, strerror(errno));
	close(file);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	snprintf(to, sizeof(to), "%s/%s", FOLDER, name);
	if (mount(from, to, NULL, MS_BIND, NULL) == 0)
		return 0;
	r = fail(e, errno, "%s: %s", to, strerror(errno));
	unlinkat(folder, name, 0);
	return r;
}

int netns_name_give(const char *name, int fd, struct err *e)
{
	auto_fd int folder = -1;

	if (mkdir(FOLDER, 0755) < 0 && errno != EEXIST)
		return fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	folder = folder_open();
	if (folder < 0)
		return fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	return name_make(folder, name, fd, e);
}

static bool leads_to(const char *name, int fd)
{
	char path[sizeof(FOLDER) + 256];
	struct stat there, ours;

	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	return stat(path, &there) == 0 && fstat(fd, &ours) == 0 && there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
}

int netns_name_mend(const char *name, int fd, struct err *e)
{
	if (leads_to(name, fd))
		return 0;
	return netns_name_give(name, fd, e) < 0 ? -e->code : 1;
}

bool netns_name_exists(const char *name)
{
	char path[sizeof(FOLDER) + 256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	return lstat(path, &st) == 0;
}

/* Where a name was copied into other mount namespaces, it goes there too: the kernel takes it off what is unlinked (3.18). */
int netns_name_take(const char *name, struct err *e)
{
	char path[sizeof(FOLDER) + 256];
	auto_fd int folder = folder_open();

	if (folder < 0)
		return errno == ENOENT ? 0 : fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	if (name[0])
		umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); /* it may have been made half */
	if (name[0] && unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return fail(e, errno, "%s: %s", path, strerror(errno));
	rmdir(FOLDER); /* with names in it, or where `ip netns` has mounted it over itself, it stays */
	return 0;
}

int netns_loopback_up(struct err *e)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(e, errno, "the loopback of a new network namespace: %s", strerror(errno));
	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return fail(e, errno, "the loopback of a new network namespace: %s", strerror(errno));
	return 0;
}
