/* /proc, /dev/pts and /sys of namespaces. */
#include "starter_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>

#define QUIET (MS_NOSUID | MS_NOEXEC | MS_NODEV)

/* Mounted below /sys, and hidden by a new one. */
static const char *const below_sys[] = { "/sys/fs/cgroup", "/sys/fs/bpf", "/sys/kernel/security", "/sys/kernel/debug" };

#define OWN_MOUNTS "/proc/self/ns/mnt"

static struct stat machine;

int mounts_spare(struct err *e)
{
	return stat(OWN_MOUNTS, &machine) < 0 ? fail(e, errno, "%s: %s", OWN_MOUNTS, strerror(errno)) : 0;
}

/* A mistake in what leads here would hide the /proc of the whole machine. */
static int spared(struct err *e)
{
	struct stat own;

	if (stat(OWN_MOUNTS, &own) < 0 || (own.st_ino == machine.st_ino && own.st_dev == machine.st_dev))
		return fail(e, EPERM, "it has no mounts of its own to change");
	return 0;
}

static int mount_at(const char *type, const char *at, unsigned long flags, const char *options, struct err *e)
{
	int r = spared(e);

	if (r == 0 && mount(type, at, type, flags, options) < 0)
		return fail(e, errno, "%s at %s: %s", type, at, strerror(errno));
	return r;
}

int mounts_private(struct err *e)
{
	int r = spared(e);

	if (r == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail(e, errno, "mounts of its own: %s", strerror(errno));
	return r;
}

int mounts_proc(struct err *e)
{
	return mount_at("proc", "/proc", QUIET, NULL, e);
}

/* Where /dev/ptmx is a link to pts/ptmx, nothing is to be done; a device of its own opens the instance beside it since 4.7. */
int mounts_terminals(struct err *e)
{
	/* 5 is the group tty wherever systemd or Debian made it. */
	int r = mount_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5", e);
	struct stat st;

	if (r < 0)
		return r;
	if (lstat("/dev/ptmx", &st) == 0 && S_ISCHR(st.st_mode) &&
	    mount("/dev/pts/ptmx", "/dev/ptmx", NULL, MS_BIND, NULL) < 0)
		return fail(e, errno, "/dev/ptmx: %s", strerror(errno));
	return 0;
}

static bool is_mounted(const char *path)
{
	struct statx st;

	return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

int mounts_sysfs(struct err *e)
{
	int trees[ARRAY_SIZE(below_sys)], r;

	for (size_t i = 0; i < ARRAY_SIZE(below_sys); i++)
		trees[i] = is_mounted(below_sys[i]) ? open_tree(AT_FDCWD, below_sys[i],
								OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE) :
						      -1;
	r = mount_at("sysfs", "/sys", QUIET, NULL, e);
	for (size_t i = 0; i < ARRAY_SIZE(below_sys); i++) {
		if (trees[i] < 0)
			continue;
		if (r == 0 && move_mount(trees[i], "", AT_FDCWD, below_sys[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
			r = fail(e, errno, "%s again: %s", below_sys[i], strerror(errno));
		close(trees[i]);
	}
	return r;
}
