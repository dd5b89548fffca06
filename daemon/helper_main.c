/* A helper's own side: it looks at what it was given, stands alone, greets, and does what its role is. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "delegation_helper.h"
#include "fd_message.h"
#include "process_title.h"
#include "starter_run.h"
#include "strict_gate.h"

/* As of a wrong command line. */
#define EXIT_USAGE 2

struct role {
	const char *name, *comm;
	int (*run)(int fd);
};

#define HELPER_ROLE_ROW(id, name, comm, run) {name, comm, run},
static const struct role roles[] = {HELPER_ROLES(HELPER_ROLE_ROW)};

static const struct role *role_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

static bool peer_read(int fd, struct ucred *ret)
{
	socklen_t size = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &size) == 0;
}

pid_t helper_served(int fd)
{
	struct ucred who;

	return peer_read(fd, &who) ? who.pid : 0;
}

/* A descriptor from cgqd itself comes without the variables that sd_listen_fds() reads. */
static int socket_check(int fd, const char **ret_why)
{
	struct ucred who;

	if (sd_listen_fds(true) > 1 || sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 0) <= 0 || !peer_read(fd, &who) || who.pid <= 0)
		*ret_why = "descriptor 3 is no connected socket: this is for cgqd and its units to start";
	else if (who.uid != 0)
		*ret_why = "who is at the other end is not root";
	else
		return 0;
	return -EINVAL;
}

/* cgqd's death closes the socket; the signal is for when something else keeps that, and only its child gets it. */
static bool end_with(pid_t served)
{
	if (getppid() != served)
		return true;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == served;
}

static void stand_alone(const struct role *role, int fd)
{
	sigset_t none;

	prctl(PR_SET_NAME, role->comm);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_range((unsigned)fd + 1, ~0U, 0);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, 0);
}

static int greet(int fd)
{
	const struct helper_hello hello = {.protocol = HELPER_PROTOCOL, .pid = getpid()};
	auto_fd int self = pidfd_open(getpid(), 0);

	return self < 0 ? -errno : fd_message_send(fd, &hello, sizeof(hello), &self, 1, 0);
}

int helper_main(const char *name)
{
	const struct role *role = role_find(name);
	const char *why = "no such role";
	int r = role ? socket_check(SD_LISTEN_FDS_START, &why) : -EINVAL;

	if (r < 0) {
		fprintf(stderr, "cgqd: --helper %s: %s\n", name, why);
		return EXIT_USAGE;
	}
	process_title_find();
	stand_alone(role, SD_LISTEN_FDS_START);
	if (!end_with(helper_served(SD_LISTEN_FDS_START)))
		return EXIT_SUCCESS;
	r = greet(SD_LISTEN_FDS_START);
	if (r == 0)
		r = role->run(SD_LISTEN_FDS_START);
	if (r == 0 || r == -EPIPE || r == -ECONNRESET)
		return EXIT_SUCCESS;
	fprintf(stderr, "cgqd: --helper %s: %s\n", name, strerror(-r));
	return EXIT_FAILURE;
}
