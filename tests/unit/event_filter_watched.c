/* Whom the filter of process events watches: all that is born to a watched process, and nobody between two moments. */
#include "ear.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "bpf/event_filter_shared.h"

static const struct event_wants nothing_wanted = {.any = false};

/* A shell of ours, which runs what it is told to, in children. */
struct shell {
	pid_t pid;
	FILE *in;
	int out;
};

static struct shell shell_start(struct ear *ear)
{
	struct shell sh = {0};
	int in[2], out[2];

	assert_int_equal(pipe(in) | pipe(out), 0);
	sh.pid = fork();
	if (sh.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl(path_in(ear, "ebash"), "ebash", "--norc", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	sh.in = fdopen(in[1], "w");
	sh.out = out[0];
	return sh;
}

/* Answers the pid of the child that ran it. */
static pid_t shell_runs(struct ear *ear, const struct shell *sh, const char *command)
{
	char text[32] = "";
	uint64_t pid;

	fprintf(sh->in, "%s & echo $!; wait\n", command);
	fflush(sh->in);
	assert_true(read(sh->out, text, sizeof(text) - 1) > 0);
	fprintf(sh->in, "echo done\n");
	fflush(sh->in);
	assert_true(read(sh->out, (char[32]){""}, 32) > 0);
	listen_on(ear);
	text[strcspn(text, "\n")] = '\0';
	assert_int_equal(text_u64(text, &pid), 0);
	return (pid_t)pid;
}

static void shell_end(struct shell *sh)
{
	fclose(sh->in);
	close(sh->out);
	waitpid(sh->pid, NULL, 0);
}

static pid_t born_to(const struct ear *ear, pid_t parent)
{
	for (size_t i = 0; i < ear->n; i++)
		if (ear->heard[i].kind == EVENT_FORK && ear->heard[i].parent == parent)
			return ear->heard[i].pid;
	return 0;
}

static void of_a_watched_process_all_is_told_and_of_who_is_born_to_it(void **state)
{
	struct ear *ear = *state;
	struct shell sh = shell_start(ear);
	pid_t child;

	shell_runs(ear, &sh, "true"); /* it is up */
	want(ear, &nothing_wanted);
	child = shell_runs(ear, &sh, "true");
	assert_told(ear, child, "");
	event_filter_begin(ear->filter);
	event_filter_watch(ear->filter, sh.pid);
	event_filter_end(ear->filter, true);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "FX-");
	/* also of a child's child, whose parent is gone */
	child = shell_runs(ear, &sh, "(/bin/true & exec /bin/true)");
	assert_told(ear, child, "FX-");
	assert_told(ear, born_to(ear, child), "FX-");
	shell_end(&sh);
}

/* Which is gone before anybody asks. */
static void makes_a_sibling(struct ear *ear)
{
	if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0) == 0)
		_exit(0);
	_exit(0);
}

static void nobody_is_left(struct ear *ear)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	listen_on(ear);
}

static pid_t sibling_of(const struct ear *ear, pid_t pid)
{
	for (size_t i = 0; i < ear->n; i++)
		if (ear->heard[i].kind == EVENT_FORK && ear->heard[i].pid != pid && ear->heard[i].parent == getpid())
			return ear->heard[i].pid;
	return 0;
}

static void whom_a_watched_process_makes_its_sibling_is_told_of_with_who_did_so(void **state)
{
	struct ear *ear = *state;
	pid_t pid, sibling;

	want(ear, &nothing_wanted);
	child_runs(ear, makes_a_sibling);
	nobody_is_left(ear);
	assert_int_equal(sibling_of(ear, 0), 0);
	event_filter_watch(ear->filter, getpid()); /* and so its child */
	pid = child_runs(ear, makes_a_sibling);
	nobody_is_left(ear);
	sibling = sibling_of(ear, pid);
	assert_string_equal(kinds_of(ear, sibling), "F-");
	assert_int_equal(event_filter_forker(ear->filter, sibling), pid);
	assert_int_equal(event_filter_forker(ear->filter, pid), 0);
}

static struct shell shell_start_while_all_is_told(struct ear *ear)
{
	struct shell sh;

	want(ear, &nothing_wanted);
	event_filter_begin(ear->filter);
	sh = shell_start(ear);
	shell_runs(ear, &sh, "true");
	event_filter_end(ear->filter, true);
	return sh;
}

static void who_was_told_of_while_all_is_told_stays_watched_until_forgotten(void **state)
{
	struct ear *ear = *state;
	struct shell sh;
	pid_t child;

	sh = shell_start_while_all_is_told(ear);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "FX-");
	/* not all was heard: nobody is forgotten */
	event_filter_begin(ear->filter);
	event_filter_end(ear->filter, false);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "FX-");
	event_filter_begin(ear->filter);
	event_filter_end(ear->filter, true);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "");
	shell_end(&sh);
}

static uint64_t last_stamp(const struct ear *ear, pid_t pid)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < ear->n; i++)
		if (ear->heard[i].pid == pid)
			ns = ear->heard[i].at_ns;
	return ns;
}

static void only_who_was_judged_after_the_last_event_is_dismissed(void **state)
{
	struct ear *ear = *state;
	struct shell sh;
	pid_t child;

	sh = shell_start_while_all_is_told(ear);
	/* judged after an earlier one only: its exec was told since */
	for (size_t i = 0; i < ear->n; i++)
		if (ear->heard[i].pid == sh.pid && ear->heard[i].kind == EVENT_FORK)
			event_filter_dismiss(ear->filter, sh.pid, ear->heard[i].at_ns);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "FX-");
	event_filter_dismiss(ear->filter, sh.pid, last_stamp(ear, sh.pid));
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "");
	/* named by the daemon, it is of interest again */
	event_filter_begin(ear->filter);
	event_filter_watch(ear->filter, sh.pid);
	event_filter_end(ear->filter, true);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_told(ear, child, "FX-");
	shell_end(&sh);
}

static int last_words[2]; /* a pipe: the last thread ends when something comes */

/* Not by returning: the last one would end the process by exit(), with all that a sanitizer does there. */
static void *ends_last(void *ctx)
{
	char c;

	if (read(last_words[0], &c, 1) != 1)
		_exit(1);
	syscall(SYS_exit, 0);
	return NULL;
}

static void ends_before_its_thread(struct ear *ear)
{
	pthread_t thread;

	pthread_create(&thread, NULL, ends_last, NULL);
	pthread_exit(NULL);
}

/* Its first thread has ended: the process is a zombie to /proc, though another one runs. */
static bool has_lost_its_head(pid_t pid)
{
	auto_free char *path = must_printf("/proc/%d/stat", (int)pid);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[512] = "";
	const char *end = read(fd, text, sizeof(text) - 1) > 0 ? strrchr(text, ')') : NULL;

	return end && !strncmp(end, ") Z", 3);
}

static void a_process_has_ended_when_its_last_thread_has(void **state)
{
	struct ear *ear = *state;
	const struct timespec moment = {.tv_nsec = 1000000};
	pid_t pid;

	assert_int_equal(pipe2(last_words, O_CLOEXEC), 0);
	want(ear, &nothing_wanted);
	event_filter_begin(ear->filter);
	pid = child_runs(ear, ends_before_its_thread);
	for (int i = 0; i < 20000 && !has_lost_its_head(pid); i++)
		nanosleep(&moment, NULL);
	assert_true(has_lost_its_head(pid));
	listen_on(ear);
	assert_told(ear, pid, "F");
	assert_int_equal(write(last_words[1], "", 1), 1);
	waitpid(pid, NULL, 0);
	listen_on(ear);
	assert_told(ear, pid, "F-");
	close(last_words[0]);
	close(last_words[1]);
}

/* So many others, by numbers that the kernel hands out to nobody. */
static void watch_as_many_as_there_is_room_for(struct ear *ear)
{
	static pid_t others[FILTER_WATCHED_MAX - 1000];
	pid_t pid = 0x20000000;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = pid++;
	assert_int_equal(event_filter_watch_all(ear->filter, others, ARRAY_SIZE(others), NULL), 0);
	while (event_filter_watch_all(ear->filter, &pid, 1, NULL) == 0)
		pid++;
}

static void for_whom_there_is_no_room_is_told_of_with_everybody_else(void **state)
{
	struct ear *ear = *state;
	struct shell sh = shell_start(ear);
	pid_t child;

	shell_runs(ear, &sh, "true"); /* it is up */
	want(ear, &nothing_wanted);
	watch_as_many_as_there_is_room_for(ear);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_string_equal(kinds_of(ear, child), "");
	event_filter_watch(ear->filter, sh.pid);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_string_equal(kinds_of(ear, child), "FX-");
	/* and no longer than until there is; others may find none in the first of these rounds */
	want(ear, &nothing_wanted);
	want(ear, &nothing_wanted);
	child = shell_runs(ear, &sh, "/bin/true");
	assert_string_equal(kinds_of(ear, child), "");
	shell_end(&sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_a_watched_process_all_is_told_and_of_who_is_born_to_it, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(whom_a_watched_process_makes_its_sibling_is_told_of_with_who_did_so, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(who_was_told_of_while_all_is_told_stays_watched_until_forgotten, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(only_who_was_judged_after_the_last_event_is_dismissed, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(for_whom_there_is_no_room_is_told_of_with_everybody_else, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(a_process_has_ended_when_its_last_thread_has, ear_open, ear_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
