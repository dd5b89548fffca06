/* Namespaces by their kinds: flags, files, and the one call that makes a process in them. */
#include "starter_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "proc_usage.h"

uint64_t namespace_flags(uint32_t kinds)
{
#define X(id, word, file, flag) [NAMESPACE_##id] = (flag),
	static const uint64_t flags[NAMESPACE__COUNT] = { NAMESPACE_TABLE(X) };
#undef X
	uint64_t sum = 0;

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (kinds & NAMESPACE_BIT(kind))
			sum |= flags[kind];
	return sum;
}

uint32_t namespace_kinds_whole(uint32_t kinds)
{
	return kinds & NAMESPACE_BIT(NAMESPACE_PID) ? kinds | NAMESPACE_BIT(NAMESPACE_MOUNT) : kinds;
}

int namespaces_exist(uint32_t kinds, struct err *e)
{
	char path[32];

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_file(kind));
		if ((kinds & NAMESPACE_BIT(kind)) && access(path, F_OK) < 0)
			return fail(e, EOPNOTSUPP, "this kernel has no %s namespaces", namespace_name(kind));
	}
	return 0;
}

/* Of a process, which it is for as long as it is open: no other gets that folder with its number. */
static int folder_open(const struct process_id *of, struct err *e)
{
	char path[32], text[1024];
	struct proc_usage seen;
	auto_fd int folder = -1, stat = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d", (int)of->pid);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stat = folder < 0 ? -1 : openat(folder, "stat", O_RDONLY | O_CLOEXEC);
	n = stat < 0 ? -1 : read(stat, text, sizeof(text));
	if (n < 0 || proc_usage_parse(text, (size_t)n, &seen) < 0 || (of->start_ticks && of->start_ticks != seen.start_ticks))
		return fail(e, ESRCH, "process %d, whose namespaces are to be entered, has ended", (int)of->pid);
	return take_fd(folder);
}

/* Whoever has made a user namespace has made all else of it as he likes. */
static bool is_of_our_users(int fd)
{
	struct stat theirs, ours;
	auto_fd int owner = ioctl(fd, NS_GET_USERNS);

	return owner >= 0 && fstat(owner, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	       theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

int namespace_open(const struct process_id *of, enum namespace_kind kind, struct err *e)
{
	char name[16];
	auto_fd int fd = -1, folder = folder_open(of, e);

	if (folder < 0)
		return folder;
	snprintf(name, sizeof(name), "ns/%s", namespace_file(kind));
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(e, errno, "the %s namespace of process %d: %s", namespace_name(kind), (int)of->pid, strerror(errno));
	if (!is_of_our_users(fd))
		return fail(e, EPERM, "the %s namespace of process %d belongs to a user namespace of its own", namespace_name(kind),
			    (int)of->pid);
	return take_fd(fd);
}

int namespace_open_own(enum namespace_kind kind, struct err *e)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_file(kind));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : fail(e, errno, "%s: %s", path, strerror(errno));
}

int namespace_open_path(const char *path, struct err *e)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct statfs fs;

	if (fd < 0)
		return fail(e, errno, "the namespace %s: %s", path, strerror(errno));
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC)
		return fail(e, EINVAL, "%s is no namespace", path);
	return take_fd(fd);
}

pid_t starter_clone(uint64_t flags, int cgroup, int *ret_pidfd)
{
	struct clone_args args = { .flags = flags | CLONE_PIDFD, .exit_signal = SIGCHLD };
	int pidfd = -1;
	long pid;

	args.pidfd = (uint64_t)(uintptr_t)&pidfd;
	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return -errno;
	if (pid > 0)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}
