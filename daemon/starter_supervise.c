/* The supervisor of a program: tells the client what becomes of it, and passes on what the client says. */
#include "starter_program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/run.h>

enum { ON_EXEC, ON_SAID, ON_CHILD, ON_TALK, ON__COUNT };

struct supervisor {
	const struct program *p;
	int talk;
	int children; /* signalfd */
	pid_t pid;    /* of the program, as it is seen here */
	bool ended;
	int status; /* of the program, once it has ended and an init said so */
};

static void tell(const struct supervisor *s, enum run_said_kind kind, int value)
{
	const struct run_said said = { .kind = (int32_t)kind, .value = value };

	if (send(s->talk, &said, sizeof(said), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		(void)errno; /* its end is seen by poll() */
}

/* A socket that is closed with something unread in it takes from the other side what that has not read yet (ECONNRESET). */
static void hear_no_more(const struct supervisor *s)
{
	struct run_said said;

	shutdown(s->talk, SHUT_RD);
	while (recv(s->talk, &said, sizeof(said), MSG_DONTWAIT) > 0)
		;
}

/* Waits for a client that is stopped and has not taken what was told before; there is nothing else to do any more. */
static _Noreturn void tell_end(const struct supervisor *s, enum run_said_kind kind, int value)
{
	const struct run_said said = { .kind = (int32_t)kind, .value = value };

	descriptors_keep(s->talk, -1);
	hear_no_more(s);
	while (send(s->talk, &said, sizeof(said), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* The end of this pipe is the exec. */
static void exec_heard(struct supervisor *s, struct pollfd *wait)
{
	struct run_said why;
	ssize_t n = read(wait->fd, &why, sizeof(why));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(wait->fd);
	wait->fd = -1;
	if (n == 0) {
		tell(s, RUN_STARTED, s->pid);
		return;
	}
	if (n != sizeof(why))
		why = (struct run_said){ .kind = RUN_FAILED, .value = EIO };
	tell_end(s, (enum run_said_kind)why.kind, why.value);
}

/* The kernel says who says it, by the number that the process has here. */
static bool said_take(const struct supervisor *s, struct program_said *ret, pid_t *ret_pid)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec data = { .iov_base = ret, .iov_len = sizeof(*ret) };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(s->p->said[OURS], &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	struct ucred who = { 0 };

	if (n != sizeof(*ret) || !c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return false;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	*ret_pid = who.pid;
	return true;
}

static void status_tell(struct supervisor *s, int status)
{
	if (WIFSTOPPED(status))
		tell(s, RUN_STOPPED, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		tell(s, RUN_CONTINUED, 0);
}

static bool is_end(int status)
{
	return WIFEXITED(status) || WIFSIGNALED(status);
}

static void said_heard(struct supervisor *s)
{
	struct program_said said;
	pid_t pid;

	while (said_take(s, &said, &pid)) {
		if (said.kind == PROGRAM_HERE)
			s->pid = pid;
		if (said.kind != PROGRAM_STATUS)
			continue;
		s->ended = is_end(said.value);
		s->status = said.value;
		status_tell(s, said.value);
	}
}

/* Of an init only its end matters, and that it is the end of all in its namespace. */
static void child_heard(struct supervisor *s)
{
	struct signalfd_siginfo signal;
	int status;

	while (read(s->children, &signal, sizeof(signal)) > 0)
		;
	while (waitpid(s->p->child, &status, WNOHANG | WUNTRACED | WCONTINUED) > 0) {
		if (is_end(status))
			tell_end(s, RUN_EXITED, s->ended ? s->status : status);
		if (!s->p->has_init)
			status_tell(s, status);
	}
}

/* Without its client the program goes on, or its terminal hangs up: no work for us. */
static void talk_heard(struct supervisor *s)
{
	struct run_said said;
	ssize_t n = recv(s->talk, &said, sizeof(said), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		_exit(0);
	if (n != sizeof(said) || said.kind != RUN_SIGNAL || said.value <= -NSIG || said.value >= NSIG)
		return;
	if (s->p->has_init)
		init_tell(s->p->child, abs(said.value), said.value < 0);
	else
		signal_pass(s->p, s->p->child, abs(said.value), said.value < 0);
}

static int children_watch(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What came first is told first: who it is, the exec, what the program did. */
static void heard(struct supervisor *s, struct pollfd wait[ON__COUNT])
{
	said_heard(s);
	if (wait[ON_SAID].revents & POLLHUP)
		wait[ON_SAID].fd = -1;
	if (wait[ON_EXEC].fd >= 0)
		exec_heard(s, &wait[ON_EXEC]);
	if (wait[ON_CHILD].revents)
		child_heard(s);
	if (wait[ON_TALK].revents)
		talk_heard(s);
}

void program_supervise(struct program *p)
{
	struct supervisor s = { .p = p, .talk = p->files[START_TALK], .children = children_watch(), .pid = p->child };
	struct pollfd wait[ON__COUNT] = {
		[ON_EXEC] = { .fd = p->execs[OURS], .events = POLLIN },
		[ON_SAID] = { .fd = p->said[OURS], .events = POLLIN },
		[ON_CHILD] = { .fd = s.children, .events = POLLIN },
		[ON_TALK] = { .fd = s.talk, .events = POLLIN },
	};

	for (;;)
		if (poll(wait, ON__COUNT, -1) > 0)
			heard(&s, wait);
}
