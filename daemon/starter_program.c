/* The process that becomes a client's program. */
#include "starter_program.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "starter_become.h"
#include "starter_mounts.h"
#include "starter_terminal.h"

void program_say(const struct program *p, enum program_said_kind kind, int value, const struct err *e)
{
	struct program_said said = { .kind = kind, .value = value };

	if (e)
		memcpy(said.text, e->text, sizeof(said.text));
	if (send(p->said[THEIRS], &said, sizeof(said), MSG_NOSIGNAL) < 0)
		(void)errno; /* a client that is gone takes the supervisor with it: the program goes on */
}

void terminal_give(int terminal, pid_t group)
{
	if (terminal >= 0 && tcsetpgrp(terminal, group) < 0)
		(void)errno; /* hung up */
}

void signal_pass(const struct program *p, pid_t pid, int signal, bool to_group)
{
	to_group |= signal == SIGTSTP || signal == SIGCONT;
	if (signal == SIGCONT)
		terminal_give(p->terminal, pid);
	if (kill(to_group ? -pid : pid, signal) < 0)
		(void)errno; /* it ended, or runs as somebody else now */
}

void signals_hold(void)
{
	sigset_t all;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* Of the client's, those that are its terminal become the program's own. */
static int stdio_set(const struct program *p, struct err *e)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		bool is_terminal = p->terminal >= 0 && terminal_is(p->files[fd]);

		if (dup2(is_terminal ? p->terminal : p->files[fd], fd) < 0)
			return fail(e, errno, "its standard files: %s", strerror(errno));
	}
	return 0;
}

void program_fail(const struct program *p, enum run_said_kind kind, int error)
{
	const struct run_said why = { .kind = (int32_t)kind, .value = error };

	if (write(p->execs[THEIRS], &why, sizeof(why)) < 0)
		(void)errno;
}

/*
 * By name where the mounts are others: a folder of outside would be a way out. A file system of the client's own may take for ever
 * to answer this: nobody but the client waits for it.
 */
static void folder_enter(const struct program *p)
{
	if ((p->plan.elsewhere ? chdir(p->folder) : fchdir(p->files[START_FOLDER])) == 0)
		return;
	program_fail(p, RUN_NO_FOLDER, errno);
	_exit(125);
}

static int get_ready(const struct program *p, struct err *e)
{
	int r = p->plan.proc ? mounts_proc(e) : 0;

	if (r == 0)
		r = stdio_set(p, e);
	if (r == 0)
		r = become_limited(&p->caller, e);
	return r == 0 ? become_caller(&p->caller, e) : r;
}

/* False also where the supervisor ended before: then it may run nowhere. */
static bool may_go(const struct program *p)
{
	bool go = false;

	return recv(p->said[THEIRS], &go, sizeof(go), 0) == sizeof(go) && go;
}

/* However that is ended, and whatever holds us up. The kernel forgets this with every change of credentials. */
static void ends_with_hand(bool so)
{
	prctl(PR_SET_PDEATHSIG, so ? SIGKILL : 0);
}

void program_run(struct program *p)
{
	struct err e = { 0 };
	int r;

	setpgid(0, 0);
	ends_with_hand(true);
	close(p->said[OURS]);
	close(p->execs[OURS]);
	close(p->master);
	r = get_ready(p, &e);
	ends_with_hand(true);
	program_say(p, PROGRAM_READY, r, &e);
	if (r < 0 || !may_go(p))
		_exit(125);
	ends_with_hand(false);
	if (p->has_init)
		init_run(p);
	program_exec(p);
}

void program_exec(const struct program *p)
{
	struct err e;

	program_say(p, PROGRAM_HERE, 0, NULL);
	folder_enter(p);
	if (become_plain(&e) == 0) {
		environ = p->text.environment; /* whose PATH is searched */
		execvpe(p->text.arguments[0], p->text.arguments, p->text.environment);
	}
	program_fail(p, RUN_FAILED, errno);
	_exit(127);
}
