/* Credentials, in the only order that leaves nothing behind. */
#include "starter_become.h"

#include <errno.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "starter_caps.h"

#define KERNEL_SIGNALS 64

static int turns_set(const struct caller *c, struct err *e)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, c->policy, &none) < 0 || setpriority(PRIO_PROCESS, 0, c->nice) < 0)
		return fail(e, errno, "the caller's niceness: %s", strerror(errno));
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, c->io_priority) < 0 && errno != ENOSYS)
		return fail(e, errno, "the caller's I/O priority: %s", strerror(errno));
	return 0;
}

int become_limited(const struct caller *c, struct err *e)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (setrlimit(i, &c->limits[i]) < 0)
			return fail(e, errno, "the caller's resource limits: %s", strerror(errno));
	if (c->cpus && sched_setaffinity(0, c->cpus_bytes, c->cpus) < 0 && errno != EINVAL) /* its cpuset has none of them */
		return fail(e, errno, "the caller's CPUs: %s", strerror(errno));
	umask(c->umask);
	return turns_set(c, e);
}

/* Groups first: they cannot be changed without CAP_SETGID, which goes with the user. */
static int ids_set(const struct caller *c, struct err *e)
{
	if (setgroups(c->n_groups, c->groups) < 0 || setresgid(c->gid, c->gid, c->gid) < 0 ||
	    setresuid(c->uid, c->uid, c->uid) < 0)
		return fail(e, errno, "the caller's user and groups: %s", strerror(errno));
	return 0;
}

/* The calls above cannot have succeeded half, and yet this is where a mistake would cost most. */
static int ids_look(const struct caller *c, struct err *e)
{
	uid_t r, u, s;
	gid_t rg, g, sg;

	if (getresuid(&r, &u, &s) < 0 || getresgid(&rg, &g, &sg) < 0 || r != c->uid || u != c->uid || s != c->uid ||
	    rg != c->gid || g != c->gid || sg != c->gid || (c->uid != 0 && setuid(0) == 0))
		return fail(e, EPERM, "it did not become the caller's user");
	return 0;
}

/* The starter's keys, of its session and of root, are not the program's. A kernel without keys has none. */
static void keys_leave(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		(void)errno;
}

int become_caller(const struct caller *c, struct err *e)
{
	int r = caps_bound(c->bounding, e);

	if (r == 0)
		r = ids_set(c, e);
	if (r == 0)
		r = caps_keep_only(c->uid == 0 ? c->bounding & CAP_BIT(CAP_KILL) : 0, e);
	if (r == 0)
		r = ids_look(c, e);
	if (r == 0 && c->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = fail(e, errno, "no_new_privs: %s", strerror(errno));
	if (r == 0)
		keys_leave();
	return r;
}

/* By the kernel's own call: posix_spawn() ignores two signals of the C library's, which the library would not let us change. */
static void signals_default(void)
{
	const struct {
		void *handler;
		unsigned long flags, restorer;
		uint64_t mask;
	} usual = { 0 };

	for (int i = 1; i <= KERNEL_SIGNALS; i++)
		syscall(SYS_rt_sigaction, i, &usual, NULL, sizeof(usual.mask)); /* of KILL and STOP it fails */
}

int become_plain(struct err *e)
{
	sigset_t none;

	signals_default();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return fail(e, errno, "descriptors: %s", strerror(errno));
	return 0;
}
