/* Helpers, as cgqd sees them: connected to or started, greeted, and ended. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "clock.h"
#include "fd_message.h"

/*
 * For its start: that takes 10 ms, in a sandbox of systemd's 100, and many times that where processes stand in line for
 * the CPUs, as at boot. No exec waits for a gate that is not there yet, and cgqd's watchdog gives it a minute.
 */
#define HELLO_SECONDS 10
/* So that a systemd that stands still does not hold up cgqd for long again and again. */
#define RETRY_NS      UINT64_C(60000000000)
/* Killed, it ends at once, unless the kernel itself stands still in it. */
#define END_MS	      1000

/* Where sd_listen_fds(3) has the first. */
#define HELPER_FD 3

#define HELPER_ROLE_NAME(id, name, comm, run) name,
static const char *const names[] = {HELPER_ROLES(HELPER_ROLE_NAME)};

/* "/run/cgq/cgqd.sock" → "/run/cgq/gate.sock"; false where that is too long for a socket. */
static bool address_make(const char *beside, const char *name, struct sockaddr_un *ret)
{
	const char *slash = strrchr(beside, '/');
	int folder_len = slash ? (int)(slash + 1 - beside) : 0;

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(ret->sun_path, sizeof(ret->sun_path), "%.*s%s.sock", folder_len, beside, name) <
	       (int)sizeof(ret->sun_path);
}

/* Whom it obeys gets descriptors of any file: only root's, as who listens is. */
static bool is_roots_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static bool is_roots_peer(int fd)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == 0;
}

/* -1: nobody of root's listens there. A queue that is full is nobody too: it must not hold us up. */
static int helper_connect(const struct sockaddr_un *address)
{
	auto_fd int fd = -1;

	if (!is_roots_file(address->sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 || !is_roots_peer(fd) ||
	    fcntl(fd, F_SETFL, 0) < 0)
		return -1;
	return take_fd(fd);
}

/* In a session of its own: a terminal's ^C and ^Z are for cgqd. */
static int attributes_make(posix_spawnattr_t *a)
{
	sigset_t none, all;
	int r = posix_spawnattr_init(a);

	sigemptyset(&none);
	sigfillset(&all);
	if (r == 0)
		r = posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	if (r == 0)
		r = posix_spawnattr_setsigmask(a, &none);
	return r ? r : posix_spawnattr_setsigdefault(a, &all);
}

static int actions_make(posix_spawn_file_actions_t *a, int theirs)
{
	int r = posix_spawn_file_actions_init(a);

	if (r == 0)
		r = posix_spawn_file_actions_adddup2(a, theirs, HELPER_FD);
	return r ? r : posix_spawn_file_actions_addclosefrom_np(a, HELPER_FD + 1);
}

/* Its program is ours, also where another one is installed by now. */
static int program_start(const char *name, int theirs)
{
	char *const argv[] = {(char *)"cgqd", (char *)"--helper", (char *)name, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;
	int r = attributes_make(&attributes);

	if (r)
		return -r;
	r = actions_make(&actions, theirs);
	if (r == 0)
		r = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return r ? -r : pid;
}

static int hello_take(struct helper *h, struct err *e)
{
	const struct timeval limit = {.tv_sec = HELLO_SECONDS}, none = {0};
	struct helper_hello hello = {0};
	size_t n_fds;
	ssize_t n;

	setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	n = fd_message_recv(h->fd, &hello, sizeof(hello), &h->pidfd, 1, &n_fds, 0);
	setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	if (n_fds == 0)
		h->pidfd = -1;
	if (n == sizeof(hello) && n_fds == 1 && hello.protocol == HELPER_PROTOCOL && hello.pid > 0) {
		h->pid = hello.pid;
		return 0;
	}
	if (n == 0)
		return fail(e, ECONNRESET, "it ended before it said anything");
	if (n == -EAGAIN)
		return fail(e, ETIMEDOUT, "it said nothing within %d s", HELLO_SECONDS);
	return n < 0 ? fail(e, (int)-n, "%s", strerror((int)-n)) : fail(e, EPROTO, "it is of another version");
}

static void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int child_open(const char *name, struct helper *ret, struct err *e)
{
	struct helper h = {.pidfd = -1};
	int pair[2], child, r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(e, errno, "%s: %s", name, strerror(errno));
	h.fd = pair[0];
	child = program_start(name, pair[1]);
	close(pair[1]);
	r = child < 0 ? fail(e, -child, "%s: %s", name, strerror(-child)) : hello_take(&h, e);
	if (r == 0) {
		*ret = h;
		return 0;
	}
	auto_close(&h.fd);
	auto_close(&h.pidfd);
	if (child > 0) {
		child_end(child);
		fail_prefix(e, "%s", name);
	}
	return r;
}

/* A unit's that says nothing ends with its socket. */
static int greeted(const char *path, struct helper *h, struct err *e)
{
	int r = hello_take(h, e);

	if (r == 0)
		return 0;
	auto_close(&h->fd);
	auto_close(&h->pidfd);
	fail_prefix(e, "%s", path);
	return r;
}

int helper_open(struct helpers *h, enum helper_role role, struct err *e)
{
	struct sockaddr_un address;
	struct helper one = {.pidfd = -1, .fd = -1};
	uint64_t silent_ns = h->of[role].silent_ns;
	int r;

	if (silent_ns && clock_now_ns() < silent_ns + RETRY_NS)
		return fail(e, ETIMEDOUT, "%s: none said anything; it is tried again soon", names[role]);
	if (address_make(h->beside, names[role], &address))
		one.fd = helper_connect(&address);
	r = one.fd >= 0 ? greeted(address.sun_path, &one, e) : child_open(names[role], &one, e);
	if (r == 0)
		h->of[role] = one;
	else if (r == -ETIMEDOUT)
		h->of[role].silent_ns = clock_now_ns();
	return r;
}

/* One that systemd started is no child of ours, and not ours to wait for. */
void helper_end(struct helpers *h, enum helper_role role)
{
	struct helper *one = &h->of[role];
	struct pollfd ended = {.fd = one->pidfd, .events = POLLIN};

	if (!one->pid)
		return;
	if (pidfd_send_signal(one->pidfd, SIGKILL, NULL, 0) == 0)
		while (poll(&ended, 1, END_MS) < 0 && errno == EINTR)
			;
	waitid(P_PIDFD, (id_t)one->pidfd, NULL, WEXITED | WNOHANG);
	close(one->fd);
	close(one->pidfd);
	*one = (struct helper){0};
}

void helpers_end(struct helpers *h)
{
	for (unsigned role = 0; role < HELPER_COUNT; role++)
		helper_end(h, role);
}

bool helpers_have(const struct helpers *h, pid_t pid)
{
	for (unsigned role = 0; role < HELPER_COUNT; role++)
		if (h->of[role].pid && h->of[role].pid == pid)
			return true;
	return false;
}
