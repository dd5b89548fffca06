/* Namespaces by their kinds: flags, files, and the one call that makes a process in them. */
#include "starter_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cgq/auto.h>

#define X(id, word, file, flag) [NAMESPACE_##id] = (file),
const char *const namespace_files[NAMESPACE__COUNT] = { NAMESPACE_TABLE(X) };
#undef X
#define X(id, word, file, flag) [NAMESPACE_##id] = (word),
const char *const namespace_words[NAMESPACE__COUNT] = { NAMESPACE_TABLE(X) };
#undef X

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
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_files[kind]);
		if ((kinds & NAMESPACE_BIT(kind)) && access(path, F_OK) < 0)
			return fail(e, EOPNOTSUPP, "this kernel has no %s namespaces", namespace_words[kind]);
	}
	return 0;
}

int namespace_open(pid_t pid, enum namespace_kind kind, struct err *e)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, namespace_files[kind]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : fail(e, errno, "%s: %s", path, strerror(errno));
}

/* Its number may be another process's since: nobody but root can be one of root's with that name. */
static bool is_keeper(pid_t pid)
{
	char path[32], comm[sizeof(KEEPER_COMM) + 1] = "";
	struct stat st;
	auto_fd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == 0 && read(fd, comm, sizeof(comm) - 1) > 0 &&
	       !strcmp(comm, KEEPER_COMM "\n");
}

int namespace_open_kept(pid_t keeper, enum namespace_kind kind, struct err *e)
{
	if (!is_keeper(keeper))
		return fail(e, ESRCH, "process %d, which was to keep the group's namespaces, has ended", (int)keeper);
	return namespace_open(keeper, kind, e);
}

int namespace_open_path(const char *path, struct err *e)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct statfs fs;

	if (fd < 0)
		return fail(e, errno, "%s: %s", path, strerror(errno));
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
