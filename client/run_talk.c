/* Talks with the supervisor of a program: signals there, what becomes of it back. */
#include "run_talk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/run.h>

#include "run_exec.h"
#include "run_terminal.h"
#include "say.h"

/* Passed on, but for SIGWINCH, which is for the terminal. */
static const int passed[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH };

/* Nobody waits on for a start that hangs, at a file system that is not there any more say. */
static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

enum { ON_TALK, ON_SIGNAL, ON_TERMINAL, ON__COUNT = ON_TERMINAL + RUN_POLL__COUNT };

struct conversation {
	struct run_talk *t;
	struct run_terminal terminal;
	int status; /* of waitpid() */
	bool ended, lost;
};

/* What the caller ignores, by nohup(1) say, would come here all the same, and end a program that knows nothing of that. */
static sigset_t heeded(const int *list, size_t n)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		if (sigaction(list[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, list[i]);
	return set;
}

int run_talk_open(struct run_talk *t, struct err *e)
{
	const sigset_t all = heeded(passed, ARRAY_SIZE(passed)), some = heeded(ends, ARRAY_SIZE(ends));
	int pair[2];

	*t = (struct run_talk){ .ours = -1, .theirs = -1, .signals = -1, .ends = -1, .terminal = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(e, errno, "a pair of sockets: %s", strerror(errno));
	t->ours = pair[0];
	t->theirs = pair[1];
	sigprocmask(SIG_BLOCK, &all, &t->usual);
	t->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	t->ends = t->signals < 0 ? -1 : signalfd(-1, &some, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->ends >= 0)
		return 0;
	fail(e, errno, "signals: %s", strerror(errno));
	run_talk_close(t);
	return -e->code;
}

static void fd_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void run_talk_given(struct run_talk *t)
{
	fd_end(&t->theirs);
}

void run_talk_close(struct run_talk *t)
{
	if (t->ours < 0)
		return;
	fd_end(&t->ours);
	fd_end(&t->theirs);
	fd_end(&t->signals);
	fd_end(&t->ends);
	fd_end(&t->terminal);
	sigprocmask(SIG_SETMASK, &t->usual, NULL);
}

static void fd_of(struct msghdr *m, int *ret)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return;
	fd_end(ret);
	memcpy(ret, CMSG_DATA(c), sizeof(int));
}

/* 0; -EAGAIN with MSG_DONTWAIT; -EPIPE: nobody will say anything any more. */
static int said_take(struct run_talk *t, struct run_said *ret, int flags)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec data = { .iov_base = ret, .iov_len = sizeof(*ret) };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n;

	/* ECONNRESET comes once, before what was sent: the other side has ended without hearing a signal of ours. */
	while ((n = recvmsg(t->ours, &m, flags | MSG_CMSG_CLOEXEC)) < 0 && (errno == EINTR || errno == ECONNRESET))
		;
	if (n < 0 && errno == EAGAIN)
		return -EAGAIN;
	if (n != sizeof(*ret))
		return -EPIPE;
	fd_of(&m, &t->terminal);
	return 0;
}

/* -ECANCELED: a signal came that ends the wait. */
static int said_wait(struct run_talk *t, struct run_said *ret)
{
	struct pollfd wait[] = { { .fd = t->ours, .events = POLLIN }, { .fd = t->ends, .events = POLLIN } };
	int r;

	while ((r = said_take(t, ret, MSG_DONTWAIT)) == -EAGAIN) {
		if (poll(wait, 2, -1) > 0 && wait[1].revents)
			return -ECANCELED;
	}
	return r;
}

int run_talk_started(struct run_talk *t, const char *program, pid_t *ret, struct err *e)
{
	struct run_said said;
	int r;

	for (;;) {
		r = said_wait(t, &said);
		if (r == -ECANCELED)
			return fail(e, ECANCELED, "nobody waits for the start of %s any more", program);
		if (r < 0)
			return fail(e, EPIPE, "%s was not started: whoever was to start it ended", program);
		if (said.kind == RUN_FAILED && said.value > 0)
			return run_exec_fail(program, said.value, e);
		if (said.kind == RUN_NO_FOLDER)
			return fail(e, EPIPE, "%s was not started: its folder: %s", program, strerror(said.value));
		if (said.kind != RUN_STARTED)
			continue;
		*ret = said.value;
		return 0;
	}
}

static void signal_say(const struct run_talk *t, int signal)
{
	const struct run_said said = { .kind = RUN_SIGNAL, .value = signal };

	if (send(t->ours, &said, sizeof(said), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		(void)errno; /* its end is seen by poll() */
}

/* A program that was let go all the same, in this moment, finds the signal in the talk before the end of that. */
void run_talk_give_up(struct run_talk *t)
{
	struct signalfd_siginfo info;
	int signal = 0;

	if (t->ends >= 0 && read(t->ends, &info, sizeof(info)) == sizeof(info))
		signal = (int)info.ssi_signo;
	if (signal)
		signal_say(t, signal);
	run_talk_close(t);
	if (signal)
		raise(signal);
}

static void terminal_begin(struct conversation *c)
{
	if (c->t->terminal >= 0)
		run_terminal_begin(&c->terminal, c->t->terminal);
}

static void terminal_end(struct conversation *c)
{
	if (c->t->terminal >= 0)
		run_terminal_end(&c->terminal);
}

/*
 * We stop as it did, so that the shell sees it; whoever goes on with us goes on with it. By the signal of a terminal's ^Z, which the
 * kernel drops where there is no shell that could go on with us: then it goes on at once.
 */
static void stop(struct conversation *c, int signal)
{
	sigset_t tstp;

	terminal_end(c);
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &tstp, NULL);
	sigprocmask(SIG_BLOCK, &tstp, NULL);
	if (signal == SIGTSTP)
		signal_say(c->t, SIGCONT);
	terminal_begin(c);
}

static void talk_heard(struct conversation *c)
{
	struct run_said said;
	int r;

	while (!c->ended && (r = said_take(c->t, &said, MSG_DONTWAIT)) != -EAGAIN) {
		c->lost = c->ended = r < 0;
		if (r == 0 && said.kind == RUN_STOPPED)
			stop(c, said.value);
		if (r < 0 || said.kind != RUN_EXITED)
			continue;
		c->status = said.value;
		c->ended = true;
	}
}

static void signals_heard(struct conversation *c)
{
	struct signalfd_siginfo info;

	while (read(c->t->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCONT)
			terminal_begin(c); /* perhaps in the foreground now */
		if (info.ssi_signo != SIGWINCH)
			signal_say(c->t, info.ssi_code == SI_KERNEL ? -(int)info.ssi_signo : (int)info.ssi_signo);
		else if (c->t->terminal >= 0)
			run_terminal_resize(&c->terminal);
	}
}

/* As the caller's was: we were the last who had its master. */
static void terminal_hang_up(struct conversation *c)
{
	terminal_end(c);
	fd_end(&c->t->terminal);
}

static void turn(struct conversation *c)
{
	struct pollfd wait[ON__COUNT] = {
		[ON_TALK] = { .fd = c->t->ours, .events = POLLIN },
		[ON_SIGNAL] = { .fd = c->t->signals, .events = POLLIN },
	};
	const nfds_t n = c->t->terminal >= 0 ? ON__COUNT : ON_TERMINAL;
	int ms = n > ON_TERMINAL ? run_terminal_wait(&c->terminal, wait + ON_TERMINAL) : -1;

	if (poll(wait, n, ms) < 0)
		return;
	if (n > ON_TERMINAL)
		run_terminal_copy(&c->terminal, wait + ON_TERMINAL);
	if (n > ON_TERMINAL && c->terminal.input_ended)
		terminal_hang_up(c);
	if (wait[ON_SIGNAL].revents)
		signals_heard(c);
	if (wait[ON_TALK].revents)
		talk_heard(c);
}

static int exit_status(const struct conversation *c)
{
	if (c->lost) {
		say("what becomes of the program is not told any more");
		return EXIT_RUN_FAILED;
	}
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}

int run_talk_until_end(struct run_talk *t)
{
	struct conversation c = { .t = t };

	terminal_begin(&c);
	while (!c.ended)
		turn(&c);
	if (t->terminal >= 0)
		run_terminal_drain(&c.terminal);
	terminal_end(&c);
	return exit_status(&c);
}
