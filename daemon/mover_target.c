/* Holds a process while it is moved, so that its pid means nobody else. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "mover_parts.h"
#include "text.h"

int mover_hold(pid_t pid, struct err *e)
{
	int fd = pidfd_open(pid, 0);

	/* EINVAL, and ENOENT since 6.9: the number is a thread's now */
	if (fd < 0 && (errno == ESRCH || errno == EINVAL || errno == ENOENT))
		return -ESRCH;
	if (fd < 0)
		return fail(e, errno, "pid %d: pidfd_open: %s", (int)pid, strerror(errno));
	return fd;
}

/*
 * The pidfd first: if the start time read after it is the right one, and it is still alive when all is done, then the
 * pid was this process's all the time.
 */
int target_hold(struct mover *v, pid_t pid, uint64_t start_ticks, struct target *ret, struct err *e)
{
	*ret = (struct target){.pidfd = -1, .facts.pid = pid};
	if (!v->proc)
		return fail(e, ENOENT, "pid %d: /proc cannot be opened, so nobody can tell which process it is", (int)pid);
	ret->pidfd = mover_hold(pid, e);
	if (ret->pidfd < 0)
		return ret->pidfd;
	if (proc_read(v->proc, &ret->facts, FACT_STAT) < 0 ||
	    (start_ticks && ret->facts.start_ticks != start_ticks)) {
		target_done(ret);
		return -ESRCH;
	}
	return 0;
}

/* Since 6.9, a pidfd has the number of its process for an inode, which no other process ever gets. */
bool mover_is_of(int held, const struct proc_facts *f)
{
	struct stat st;

	return f->pid_ino != 0 && fstat(held, &st) == 0 && st.st_ino == f->pid_ino;
}

int target_hold_known(struct mover *v, const struct proc_facts *f, struct target *ret, struct err *e)
{
	if (!f->pid_ino || !v->proc)
		return target_hold(v, f->pid, f->start_ticks, ret, e);
	*ret = (struct target){
		.pidfd = mover_hold(f->pid, e),
		.facts = {.pid = f->pid, .ppid = f->ppid, .start_ticks = f->start_ticks},
	};
	if (ret->pidfd < 0)
		return ret->pidfd;
	memcpy(ret->facts.comm, f->comm, sizeof(f->comm));
	if (mover_is_of(ret->pidfd, f))
		return 0;
	target_done(ret);
	return -ESRCH;
}

void target_done(struct target *t)
{
	if (t->pidfd >= 0)
		close(t->pidfd);
	t->pidfd = -1;
	proc_facts_done(&t->facts);
}

bool target_is_alive(const struct target *t)
{
	struct pollfd p = {.fd = t->pidfd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

bool target_is_reaped(const struct target *t)
{
	return pidfd_send_signal(t->pidfd, 0, NULL, 0) < 0 && errno == ESRCH;
}

static bool path_is(const char *path, const char *prefix, size_t len)
{
	if (!path)
		return false;
	if (len == 0)
		return strcmp(path, "/") == 0;
	return strncmp(path, prefix, len) == 0 && !path[len];
}

/* proc reads what is below /proc/PID: a thread has the same files there as its process has */
static bool thread_is_in(struct mover *v, pid_t thread, unsigned hierarchy, const char *path, size_t len)
{
	struct proc_facts f = {.pid = thread};
	bool in = proc_read(v->proc, &f, FACT_CGROUP) == 0 && path_is(f.cgroups[hierarchy], path, len);

	proc_facts_done(&f);
	return in;
}

/* A main thread that has ended is shown at the root of v1, wherever the others are. */
bool process_is_in(struct mover *v, pid_t pid, unsigned hierarchy, const char *path, size_t len)
{
	char folder[32];
	auto_dir DIR *d = NULL;
	bool in = thread_is_in(v, pid, hierarchy, path, len);

	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
	d = in ? NULL : opendir(folder);
	for (struct dirent *one; !in && d && (one = readdir(d));) {
		uint64_t thread;

		if (text_u64(one->d_name, &thread) == 0)
			in = thread_is_in(v, (pid_t)thread, hierarchy, path, len);
	}
	return in;
}
