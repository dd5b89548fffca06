/* The wait for a program's start: what ends it, and what the program hears of that. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cgq/run.h>

#include "run_talk.h"

#include <cmocka.h> /* last: it has a macro fail() */

/* Exit statuses of the one that waits. */
#define LEFT	100
#define STARTED 101

static int attend(struct run_talk *t)
{
	struct err e = {0};
	pid_t pid;
	int r;

	run_talk_given(t);
	r = run_talk_started(t, "x", &pid, &e);
	run_talk_give_up(t);
	return r == 0 ? STARTED : LEFT;
}

/* `cgq run` that waits, and the starter's end of its talk, which is ours. ignored: a signal, or 0. */
struct waiting {
	pid_t pid;
	int talk;
};

static struct waiting wait_begin(int ignored)
{
	struct run_talk t;
	struct err e = {0};
	struct waiting w;

	if (ignored)
		signal(ignored, SIG_IGN);
	assert_int_equal(run_talk_open(&t, &e), 0);
	w.pid = fork();
	if (w.pid == 0)
		_exit(attend(&t));
	w.talk = dup(t.theirs);
	run_talk_close(&t);
	if (ignored)
		signal(ignored, SIG_DFL);
	return w;
}

static int wait_end(const struct waiting *w)
{
	int status;

	assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
	return status;
}

static void a_signal_ends_it_and_is_what_the_program_finds(void **state)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct waiting w = wait_begin(0);
		struct run_said said = {0};
		int status;

		kill(w.pid, signals[i]);
		status = wait_end(&w);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_int_equal(recv(w.talk, &said, sizeof(said), 0), sizeof(said));
		assert_int_equal(said.kind, RUN_SIGNAL);
		assert_int_equal(said.value, signals[i]);
		assert_int_equal(recv(w.talk, &said, sizeof(said), 0), 0);
		close(w.talk);
	}
}

/* nohup(1): the program would not know of it. */
static void what_the_caller_ignores_ends_nothing_and_is_not_passed_on(void **state)
{
	const struct run_said started = {.kind = RUN_STARTED, .value = 42};
	struct waiting w = wait_begin(SIGHUP);
	struct run_said said;

	kill(w.pid, SIGHUP);
	assert_int_equal(send(w.talk, &started, sizeof(started), 0), sizeof(started));
	assert_int_equal(WEXITSTATUS(wait_end(&w)), STARTED);
	assert_int_equal(recv(w.talk, &said, sizeof(said), 0), 0);
	close(w.talk);
}

static void the_end_of_the_starter_ends_it(void **state)
{
	struct waiting w = wait_begin(0);

	close(w.talk);
	assert_int_equal(WEXITSTATUS(wait_end(&w)), LEFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_ends_it_and_is_what_the_program_finds),
		cmocka_unit_test(what_the_caller_ignores_ends_nothing_and_is_not_passed_on),
		cmocka_unit_test(the_end_of_the_starter_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
