/* Looks at the process that asked, by /proc and by its pidfd. */
#include "starter_caller.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "starter_caps.h"
#include "starter_label.h"
#include "text.h"

#define STATUS_MAX_BYTES (1U << 20) /* 65,536 groups, NGROUPS_MAX, of 11 bytes each are less */

/* The text behind "\nNAME:\t", up to the end of its line; NULL: there is no such line. */
static const char *line_of(const char *status, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = status; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, name, len) && at[len] == ':' && at[len + 1] == '\t')
			return at + len + 2;
		if (*at == '\0')
			break;
	}
	return NULL;
}

/* A number to that base, and what is behind it; false where there is none. */
static bool number_take(const char **at, unsigned base, uint64_t *ret)
{
	const char *digits = "0123456789abcdef", *from = *at;
	uint64_t n = 0;

	for (; **at && **at != '\n'; (*at)++) {
		const char *digit = strchr(digits, **at);

		if (!digit || digit >= digits + base)
			break;
		if (n > (UINT64_MAX - 15) / base)
			return false;
		n = n * base + (uint64_t)(digit - digits);
	}
	*ret = n;
	return *at > from;
}

static int field(const char *status, const char *name, unsigned base, uint64_t *ret, struct err *e)
{
	const char *at = line_of(status, name);

	if (!at || !number_take(&at, base, ret) || (*at != '\n' && *at != '\0'))
		return fail(e, EBADMSG, "its /proc/PID/status has no %s", name);
	return 0;
}

/* Real, effective, saved and of the file system. */
static bool are_all(const char *status, const char *name, uint64_t wanted)
{
	const char *at = line_of(status, name);
	uint64_t id;

	for (unsigned i = 0; i < 4; i++, at++)
		if (!at || !number_take(&at, 10, &id) || id != wanted || *at != (i < 3 ? '\t' : '\n'))
			return false;
	return true;
}

static int groups_take(const char *status, struct caller *c, struct err *e)
{
	const char *at = line_of(status, "Groups");
	size_t room = 0;
	uint64_t id;

	if (!at)
		return fail(e, EBADMSG, "its /proc/PID/status has no Groups");
	for (;;) {
		while (*at == ' ')
			at++;
		if (*at == '\n' || *at == '\0')
			return 0;
		if (!number_take(&at, 10, &id) || id > UINT32_MAX)
			return fail(e, EBADMSG, "the Groups of its /proc/PID/status are no numbers");
		array_grow(c->groups, c->n_groups, room);
		c->groups[c->n_groups++] = (gid_t)id;
	}
}

int caller_parse(const char *status, uid_t uid, gid_t gid, struct caller *ret, struct err *e)
{
	uint64_t bounding = 0, permitted = 0, no_new_privs = 0, umask_bits = 0, seccomp = 0;
	int r;

	if (!are_all(status, "Uid", uid) || !are_all(status, "Gid", gid))
		return fail(e, EPERM, "it does not run as one user and group, those that it connected with");
	if (line_of(status, "Seccomp") && (r = field(status, "Seccomp", 10, &seccomp, e)) < 0)
		return r;
	if (seccomp)
		return fail(e, EPERM, "it is under a filter of system calls (seccomp), which its program would not be");
	if ((r = field(status, "CapBnd", 16, &bounding, e)) < 0 || (r = field(status, "CapPrm", 16, &permitted, e)) < 0 ||
	    (r = field(status, "NoNewPrivs", 10, &no_new_privs, e)) < 0 ||
	    (r = field(status, "Umask", 8, &umask_bits, e)) < 0)
		return r;
	/* Landlock is not to be seen, but whoever is not root needs this to confine himself by it. */
	if (uid != 0 && no_new_privs)
		return fail(e, EPERM, "it has given up new privileges (no_new_privs), as sandboxes do that its program would not be in");
	ret->uid = uid;
	ret->gid = gid;
	/* A root that has given up capabilities would get them back by its next exec. */
	ret->bounding = uid == 0 ? bounding & permitted : bounding;
	ret->no_new_privs = no_new_privs;
	ret->umask = (mode_t)(umask_bits & 0777);
	return groups_take(status, ret, e);
}

static int text_read(int proc, const char *name, size_t max, char **ret, struct err *e)
{
	auto_fd int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	auto_free char *text = must_alloc(max + 1);
	size_t n = 0;
	ssize_t got = -1;

	while (fd >= 0 && n < max && (got = read(fd, text + n, max - n)) > 0)
		n += (size_t)got;
	if (got < 0 || n == max)
		return fail(e, got < 0 ? errno : EFBIG, "its /proc/PID/%s cannot be read", name);
	text[n] = '\0';
	*ret = take_ptr(text);
	return 0;
}

static bool is_same(int proc, const char *name, const char *ours)
{
	struct stat theirs, own;

	return fstatat(proc, name, &theirs, 0) == 0 && stat(ours, &own) == 0 && theirs.st_ino == own.st_ino &&
	       theirs.st_dev == own.st_dev;
}

/* What a program that we start is in, and what a caller elsewhere would so get out of. */
static int places_check(int proc, struct err *e)
{
	static const struct {
		const char *name, *ours, *what;
	} places[] = {
		{ "ns/user", "/proc/self/ns/user", "user namespace" },
		{ "ns/pid", "/proc/self/ns/pid", "pid namespace" },
		{ "ns/mnt", "/proc/self/ns/mnt", "mount namespace" },
		{ "ns/cgroup", "/proc/self/ns/cgroup", "cgroup namespace" },
		{ "root", "/", "root folder" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (!is_same(proc, places[i].name, places[i].ours))
			return fail(e, EPERM, "it has a %s of its own, which its program would not be in", places[i].what);
	return 0;
}

/* "-17\n" */
static int oom_read(int proc, int *ret, struct err *e)
{
	auto_free char *text = NULL;
	uint64_t n;
	int r = text_read(proc, "oom_score_adj", 16, &text, e);

	if (r < 0 || !text)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (text_u64(text + (text[0] == '-'), &n) < 0 || n > 1000)
		return fail(e, EBADMSG, "its oom_score_adj is no number");
	*ret = text[0] == '-' ? -(int)n : (int)n;
	return 0;
}

/* Whoever is made to wait for all others (SCHED_IDLE, an idle class of I/O) may not get rid of that. */
static int turns_read(pid_t pid, struct caller *c, struct err *e)
{
	long priority = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid);
	int policy = sched_getscheduler(pid);

	if (policy < 0 || (priority < 0 && errno != ENOSYS))
		return fail(e, errno, "how it is scheduled: %s", strerror(errno));
	policy &= ~SCHED_RESET_ON_FORK;
	c->policy = policy == SCHED_BATCH || policy == SCHED_IDLE ? policy : SCHED_OTHER;
	c->io_priority = priority > 0 ? (int)priority : 0;
	return 0;
}

/* "1000". A kernel without audit has no such file. */
int caller_loginuid_read(int proc, struct caller *c, struct err *e)
{
	auto_free char *text = NULL;
	uint64_t n;
	int r;

	if (faccessat(proc, "loginuid", F_OK, 0) < 0 && errno == ENOENT)
		return 0; /* or it has ended, which its pidfd says last */
	r = text_read(proc, "loginuid", 16, &text, e);
	if (r < 0 || !text)
		return r;
	if (text_u64(text, &n) < 0 || n > UINT32_MAX)
		return fail(e, EBADMSG, "its loginuid is no number");
	c->loginuid = (uint32_t)n;
	c->has_loginuid = true;
	return 0;
}

/* "unlimited", or a number with blanks behind it. */
static bool limit_take(const char *at, rlim_t *ret)
{
	static const char none[] = "unlimited ";
	uint64_t n;

	if (!strncmp(at, none, strlen(none))) {
		*ret = RLIM_INFINITY;
		return true;
	}
	if (!number_take(&at, 10, &n) || *at != ' ')
		return false;
	*ret = (rlim_t)n;
	return true;
}

/* A line of headings, then one for each in the kernel's order: "Max open files            1024                 4096                 files". */
int caller_limits_parse(const char *text, struct rlimit limits[RLIM_NLIMITS], struct err *e)
{
	enum { SOFT_AT = 26, HARD_AT = 47 };

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		text = strchr(text, '\n');
		if (!text || strcspn(++text, "\n") < HARD_AT || !limit_take(text + SOFT_AT, &limits[i].rlim_cur) ||
		    !limit_take(text + HARD_AT, &limits[i].rlim_max))
			return fail(e, EBADMSG, "its /proc/PID/limits is not as it should be");
	}
	return 0;
}

/* prlimit(2) asks for a capability where the user is another. */
static int limits_read(pid_t pid, int proc, struct caller *c, struct err *e)
{
	auto_free char *text = NULL;
	int r = text_read(proc, "limits", 16384, &text, e);

	if (r == 0 && text)
		r = caller_limits_parse(text, c->limits, e);
	if (r < 0)
		return r;
	errno = 0;
	c->nice = getpriority(PRIO_PROCESS, (id_t)pid);
	return errno ? fail(e, errno, "its niceness: %s", strerror(errno)) : turns_read(pid, c, e);
}

int caller_cpus_read(pid_t pid, struct caller *c, struct err *e)
{
	c->cpus_bytes = CPU_ALLOC_SIZE(CPUS_MAX);
	c->cpus = must_alloc(c->cpus_bytes);
	return sched_getaffinity(pid, c->cpus_bytes, c->cpus) < 0 ? fail(e, errno, "its CPUs: %s", strerror(errno)) : 0;
}

/* Of a descriptor: "Pid:\t17", as seen from here. */
static int pidfd_check(pid_t pid, int pidfd, struct err *e)
{
	auto_free char *text = NULL;
	char name[32];
	uint64_t n = 0;
	auto_fd int self = open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	snprintf(name, sizeof(name), "%d", pidfd);
	r = text_read(self, name, 4096, &text, e);
	if (r == 0)
		r = field(text, "Pid", 10, &n, e);
	return r == 0 && n != (uint64_t)pid ? fail(e, ESRCH, "it is another process than the one that asked") : r;
}

static int all_read(pid_t pid, int proc, uid_t uid, gid_t gid, struct caller *ret, struct err *e)
{
	auto_free char *status = NULL;
	int r = places_check(proc, e);

	if (r == 0)
		r = label_check(proc, e);
	if (r == 0)
		r = text_read(proc, "status", STATUS_MAX_BYTES, &status, e);
	if (r == 0)
		r = caller_parse(status, uid, gid, ret, e);
	if (r == 0)
		r = oom_read(proc, &ret->oom_score_adj, e);
	if (r == 0)
		r = caller_loginuid_read(proc, ret, e);
	return r == 0 ? limits_read(pid, proc, ret, e) : r;
}

/* As long as the pidfd's process is there, nobody else has its number: so it is looked at last. */
int caller_is_there(int pidfd, struct err *e)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0)
		return fail(e, errno, "it has ended");
	return 0;
}

int caller_read(pid_t pid, int pidfd, uid_t uid, gid_t gid, struct caller *ret, struct err *e)
{
	char path[32];
	auto_fd int proc = -1;
	int r = pidfd_check(pid, pidfd, e);

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	proc = r == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (r == 0 && proc < 0)
		r = fail(e, errno, "it has ended");
	if (r == 0)
		r = all_read(pid, proc, uid, gid, ret, e);
	if (r == 0)
		r = caller_is_there(pidfd, e);
	if (r < 0)
		fail_prefix(e, "process %d asks for a program", (int)pid);
	return r;
}

void caller_done(struct caller *c)
{
	free(c->groups);
	free(c->cpus);
}
