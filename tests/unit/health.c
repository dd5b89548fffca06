/* The health command, run for real: never waited for, and nothing of it left behind. */
#include "policy_help.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "health.h"

static const struct {
	const char *command, *text; /* "": it is well */
} rows[] = {
	{ "/bin/true", "" },
	{ "/bin/false", "exited 1" },
	{ "/bin/sh -c exit\\ 0", "" },
	{ "/bin/sh -c echo\\ no\\ route;\\ echo\\ more;\\ exit\\ 7", "exited 7: no route" },
	{ "/bin/sh -c echo\\ oh\\ >&2;\\ exit\\ 2", "exited 2: oh" },
	{ "/bin/sh -c printf\\ '\\\\033[31mred';\\ exit\\ 3", "exited 3: \\x1b[31mred" },
	{ "/bin/sh -c kill\\ -9\\ $$", "was killed by signal 9" },
	{ "/bin/sh   -c  yes\\ |\\ head\\ -c\\ 1000000;\\ exit\\ 1", "exited 1: y" },
	{ "/bin/nothing-here", "cannot be run: /bin/nothing-here: No such file or directory" },
	{ "/", "cannot be run: /: Permission denied" },
};

/* At most so long, or until two ends came in a row. */
static struct confirm_health run(sd_event *event, struct health *h, unsigned ms)
{
	struct timespec begun, now;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		sd_event_run(event, 20000);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (health_result(h).bad_in_a_row == 0 &&
		 (now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 < (long)ms);
	return health_result(h);
}

static void its_end_is_told_with_its_first_line(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct health *h = NULL;
		struct confirm_health result;
		sd_event *event;

		assert_true(sd_event_new(&event) >= 0);
		assert_int_equal(health_new(event, rows[i].command, &h, NULL), 0);
		result = run(event, h, *rows[i].text ? 5000 : 400);
		assert_int_equal(result.bad_in_a_row, *rows[i].text ? 1 : 0);
		assert_string_equal(result.text, rows[i].text);
		health_free(h);
		sd_event_unref(event);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left to be waited for */
	}
}

static unsigned descriptors(void)
{
	auto_dir DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	return n;
}

/* By its whole command line, which no other run of this test has. */
static bool is_gone(const char *command_line)
{
	auto_free char *look = must_printf("for i in 1 2 3 4 5 6 7 8 9; do pgrep -xf '%s' >/dev/null || exit 0; sleep 0.1; done; exit 1",
					   command_line);

	return system(look) == 0;
}

static void one_that_hangs_is_killed_with_its_children(void **state)
{
	/* The child of the shell keeps the pipe open, and would hold up who waits for its end. */
	auto_free char *sleeper = must_printf("sleep 314.%d", (int)getpid());
	auto_free char *command = must_printf("/bin/sh -c echo\\ hm;\\ sleep\\ 314.%d\\ &\\ sleep\\ 314.%d", (int)getpid(),
					      (int)getpid());
	unsigned before = descriptors();
	struct health *h = NULL;
	struct confirm_health result;
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(health_new(event, command, &h, NULL), 0);
	run(event, h, 500);
	assert_false(is_gone(sleeper));
	result = run(event, h, 9000);
	assert_int_equal(result.bad_in_a_row, 1);
	assert_string_equal(result.text, "took longer than 5 s");
	health_free(h);
	sd_event_unref(event);
	assert_int_equal(descriptors(), before);
	assert_true(is_gone(sleeper));
}

static bool is_late;

/* The one that the health command's end is waited with. */
int poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	return is_late ? 0 : ppoll(fds, n, ms < 0 ? NULL : &limit, NULL);
}

static void one_that_ends_late_is_waited_for_all_the_same(void **state)
{
	unsigned before = descriptors();
	struct health *h = NULL;
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(health_new(event, "/bin/sleep 100", &h, NULL), 0);
	run(event, h, 100);
	is_late = true;
	health_free(h);
	is_late = false;
	for (int i = 0; i < 100 && waitid(P_ALL, 0, &(siginfo_t){ 0 }, WEXITED | WNOHANG | WNOWAIT) == 0; i++)
		sd_event_run(event, 20000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	sd_event_unref(event);
	assert_int_equal(descriptors(), before);
}

static void one_that_runs_is_ended_with_us(void **state)
{
	struct health *h = NULL;
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(health_new(event, "/bin/sleep 100", &h, NULL), 0);
	run(event, h, 100);
	health_free(h);
	sd_event_unref(event);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	health_free(NULL);
}

static void a_command_of_too_many_words_is_none(void **state)
{
	char many[300] = "/bin/true";
	struct health *h = NULL;
	sd_event *event;

	for (size_t i = 0; i < 64; i++)
		strcat(many, " x");
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(health_new(event, many, &h, NULL), -E2BIG);
	assert_int_equal(health_new(event, "  ", &h, NULL), -EINVAL);
	assert_null(h);
	sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_end_is_told_with_its_first_line),
		cmocka_unit_test(one_that_hangs_is_killed_with_its_children),
		cmocka_unit_test(one_that_ends_late_is_waited_for_all_the_same),
		cmocka_unit_test(one_that_runs_is_ended_with_us),
		cmocka_unit_test(a_command_of_too_many_words_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
