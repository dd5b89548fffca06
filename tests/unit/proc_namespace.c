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

static pid_t child_start(int flags)
{
	pid_t pid;

	if (flags && unshare(flags) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static bool is_nested(pid_t pid)
{
	struct proc *p = proc_new(&machine, NULL);
	struct proc_facts f = {.pid = pid};
	int r = proc_read(p, &f, FACT_NAMESPACE);
	bool nested = f.nested_pid_namespace;

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(r, 0);
	proc_facts_done(&f);
	proc_free(p);
	return nested;
}

static void a_process_of_our_own_namespace_is_not_nested(void **state)
{
	assert_false(is_nested(child_start(0)));
}

/* Last: from here on, this program's children are born in the other namespace. */
static void a_process_of_another_namespace_is_nested(void **state)
{
	pid_t pid;

	if (geteuid() != 0)
		skip();
	pid = child_start(CLONE_NEWPID);
	assert_true(pid > 0);
	assert_true(is_nested(pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_of_our_own_namespace_is_not_nested),
		cmocka_unit_test(a_process_of_another_namespace_is_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
