/* One daemon a tree: a lock file in /run, held by flock so that it dies with its holder. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>

#define LOCK_FOLDER "/run/cgq"

static void holder(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (buf[strspn(buf, "0123456789")] != '\0' || buf[0] == '\0')
		snprintf(buf, size, "unknown");
}

int lock_tree(const char *tree, int *ret_fd, struct err *e)
{
	char path[PATH_MAX], pid[32];
	auto_fd int fd = -1;

	if (mkdir(LOCK_FOLDER, 0755) < 0 && errno != EEXIST)
		return fail(e, errno, "%s: cannot be made: %m", LOCK_FOLDER);
	snprintf(path, sizeof(path), LOCK_FOLDER "/tree-%s.lock", tree);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(e, errno, "%s: cannot be opened: %m", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		holder(fd, pid, sizeof(pid));
		return fail(e, EWOULDBLOCK, "the tree '%s' belongs to another cgqd (pid %s); choose another --tree or stop it",
			    tree, pid);
	}
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	/* The pid is for people; the lock is what counts, so a full /run costs nothing. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, strlen(pid), 0) < 0)
		pid[0] = '\0';
	*ret_fd = take_fd(fd);
	return 0;
}
