/* Names in /run/netns, made and taken as `ip netns` does it. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
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

/*
 * It must be a shared mount: a private one would be copied into every mount namespace that is made later, and a name there would keep
 * its namespace alive when it is gone here.
 */
static int folder_share(struct err *e)
{
	if (mount("", FOLDER, NULL, MS_SHARED | MS_REC, NULL) == 0)
		return 0;
	if (errno != EINVAL || mount(FOLDER, FOLDER, NULL, MS_BIND | MS_REC, NULL) < 0)
		return fail(e, errno, "%s cannot be mounted over itself: %s", FOLDER, strerror(errno));
	if (mount("", FOLDER, NULL, MS_SHARED | MS_REC, NULL) < 0)
		return fail(e, errno, "%s cannot be shared: %s", FOLDER, strerror(errno));
	return 0;
}

/* `ip netns` locks the folder likewise, while it makes a name. */
static int folder_open(void)
{
	int fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0 && flock(fd, LOCK_EX) < 0)
		(void)errno; /* then two may mount it at once, which shows twice and works */
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

/* With names in it, or in use, the kernel leaves it as it is. */
static void folder_leave(void)
{
	if (rmdir(FOLDER) < 0 && errno == EBUSY && umount2(FOLDER, UMOUNT_NOFOLLOW) == 0)
		rmdir(FOLDER);
}

static bool folder_is_empty(void)
{
	auto_dir DIR *dir = opendir(FOLDER);
	const struct dirent *file;

	while (dir && (file = readdir(dir)))
		if (file->d_name[0] != '.')
			return false;
	return dir != NULL;
}

int netns_name_give(const char *name, int fd, struct err *e)
{
	auto_fd int folder = -1, shared = -1;
	int r;

	if (mkdir(FOLDER, 0755) < 0 && errno != EEXIST)
		return fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	folder = folder_open();
	if (folder < 0)
		return fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	r = folder_share(e);
	if (r < 0)
		return r;
	shared = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); /* what is mounted there now */
	if (shared < 0)
		return fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	return name_make(shared, name, fd, e);
}

bool netns_name_exists(const char *name)
{
	char path[sizeof(FOLDER) + 256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	return lstat(path, &st) == 0;
}

int netns_name_take(const char *name, struct err *e)
{
	char path[sizeof(FOLDER) + 256];
	int folder = folder_open();

	if (folder < 0)
		return errno == ENOENT ? 0 : fail(e, errno, "%s: %s", FOLDER, strerror(errno));
	if (!name[0]) {
		close(folder);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); /* it may have been made half */
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT) {
		close(folder);
		return fail(e, errno, "%s: %s", path, strerror(errno));
	}
	close(folder);
	if (folder_is_empty())
		folder_leave();
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
