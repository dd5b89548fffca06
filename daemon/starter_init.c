/* The init of a pid namespace that one start has for itself: it reaps, passes signals, and ends with the program, as all in there do. */
#include "starter_program.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void children_reap(const struct program *p, pid_t program)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		if (pid != program)
			continue;
		program_say(p, PROGRAM_STATUS, status, NULL);
		if (WIFEXITED(status) || WIFSIGNALED(status))
			_exit(0);
	}
}

static _Noreturn void init_serve(const struct program *p, pid_t program)
{
	siginfo_t info = { 0 };
	sigset_t all;
	int signal;

	sigfillset(&all);
	for (;;) {
		signal = sigwaitinfo(&all, &info);
		if (signal == SIGCHLD)
			children_reap(p, program);
		else if (signal > 0)
			signal_pass(p, program, signal, info.si_code == SI_QUEUE && info.si_value.sival_int);
	}
}

void init_tell(pid_t init, int signal, bool to_group)
{
	if (sigqueue(init, signal, (union sigval){ .sival_int = to_group }) < 0)
		(void)errno; /* it ended */
}

void init_run(const struct program *p)
{
	pid_t program = fork();

	if (program == 0) {
		setpgid(0, 0);
		terminal_give(p->terminal, getpid());
		program_exec(p);
	}
	if (program < 0) {
		program_fail(p, RUN_FAILED, errno);
		_exit(127);
	}
	program_title(p, INIT_COMM);
	descriptors_keep(p->said[THEIRS], p->terminal); /* whoever waits for the end of the client's files must not wait for us */
	init_serve(p, program);
}
