/* What is seen of keepers, and of who is in their namespaces. */
#include "keeper_look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "starter.h"
#include "text.h"
#include "threads.h"

uint64_t namespace_inode(pid_t pid, enum namespace_kind kind)
{
	char path[64];
	struct stat st;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, namespace_file(kind));
	else
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_file(kind));
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

uint64_t namespace_inode_of_path(const char *path)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) < 0 || fs.f_type != NSFS_MAGIC || stat(path, &st) < 0)
		return 0;
	return st.st_ino;
}

static void comm_read(pid_t pid, char comm[16])
{
	char path[64];
	auto_fd int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, comm, 15);
	comm[n > 0 ? n : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

/* Anybody in that network may take the name for his own process; but not be root by all ids. */
static bool is_keeper(pid_t pid)
{
	static const char name[] = "Name:\t" KEEPER_COMM "\n";
	char path[64], status[1024] = "";
	auto_fd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, status, sizeof(status) - 1) <= 0)
		return false;
	return !strncmp(status, name, strlen(name)) && strstr(status, "\nUid:\t0\t0\t0\t0\n");
}

pid_t keeper_search(const char *name)
{
	auto_free char *path = must_printf("/run/netns/%s", name);
	uint64_t inode = namespace_inode_of_path(path), pid;
	auto_dir DIR *dir = inode ? opendir("/proc") : NULL;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (text_u64(entry->d_name, &pid) == 0 && pid <= INT32_MAX && is_keeper((pid_t)pid) &&
		    namespace_inode((pid_t)pid, NAMESPACE_NET) == inode)
			return (pid_t)pid;
	return 0;
}

struct network {
	uint64_t inode;
};

static bool is_inside(void *ctx, const char *folder)
{
	char path[80];
	struct stat st;

	snprintf(path, sizeof(path), "%s/ns/%s", folder, namespace_file(NAMESPACE_NET));
	return stat(path, &st) == 0 && st.st_ino == ((const struct network *)ctx)->inode;
}

bool keeper_is_used_by(const struct keeper *k, pid_t pid)
{
	struct network network = {k->inodes[NAMESPACE_NET]};
	char name[16];

	snprintf(name, sizeof(name), "%d", (int)pid);
	return network.inode && pid != k->pid && threads_any(name, is_inside, &network);
}

pid_t keeper_user(const struct keeper *k, char comm[16], bool *ret_more)
{
	auto_dir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	uint64_t pid;
	pid_t first = 0;

	*ret_more = false;
	while (dir && !*ret_more && (entry = readdir(dir))) {
		if (text_u64(entry->d_name, &pid) < 0 || pid > INT32_MAX || !keeper_is_used_by(k, (pid_t)pid))
			continue;
		*ret_more = first;
		first = first ? first : (pid_t)pid;
	}
	if (first)
		comm_read(first, comm);
	return first;
}

/* Held first, then looked at: its number may be another's by now. */
int keeper_let_go(const struct keeper *k, bool (*lives)(void *ctx, const struct keeper *k), void *ctx, struct err *e)
{
	auto_fd int held = pidfd_open(k->pid, 0);

	if (held < 0 && errno != ESRCH)
		return fail(e, errno, "pid %d: %m", (int)k->pid);
	if (held < 0 || !lives(ctx, k))
		return 0;
	if (pidfd_send_signal(held, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
		return fail(e, errno, "pid %d: cannot be let go: %m", (int)k->pid);
	return 0;
}
