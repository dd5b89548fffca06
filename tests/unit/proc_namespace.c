/* A process in another pid namespace is known as such: it is never placed. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

#include <cmocka.h>

static const struct machine machine;

/* A process that waits; its pid as we see it goes into the pipe. Who starts it in another namespace waits with it. */
static void child_run(int flags, int told)
{
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(flags) < 0)
		_exit(1);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	if (write(told, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

static bool is_nested(int flags)
{
	struct proc *p = proc_new(&machine, NULL);
	struct proc_facts f = {0};
	pid_t starter;
	int fds[2], r;

	assert_int_equal(pipe(fds), 0);
	starter = fork();
	if (starter == 0)
		child_run(flags, fds[1]);
	close(fds[1]);
	r = read(fds[0], &f.pid, sizeof(f.pid)) == sizeof(f.pid) ? proc_read(p, &f, FACT_NAMESPACE) : -1;
	close(fds[0]);
	if (f.pid > 0)
		kill(f.pid, SIGKILL); /* not reaped while its starter lives */
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	proc_free(p);
	assert_int_equal(r, 0);
	return f.nested_pid_namespace;
}

static void a_process_of_our_own_namespace_is_not_nested(void **state)
{
	assert_false(is_nested(0));
}

static void a_process_of_another_namespace_is_nested(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_true(is_nested(CLONE_NEWPID));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_of_our_own_namespace_is_not_nested),
		cmocka_unit_test(a_process_of_another_namespace_is_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
