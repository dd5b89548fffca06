/* Law 2 of the daemon's own ear: what the kernel dropped is looked for, whoever was reading just then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"

static void fork_some(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void a_loss_that_its_reader_ignores_is_remembered(void **state)
{
	struct policy nothing = {0};
	struct machine machine = {0};
	struct daemon d = {.members = members_new(), .pins = pins_new(), .events = events_new(NULL)};
	const int small = 2048;

	assert_non_null(d.events);
	d.placer = (struct placer){.policy = &nothing, .machine = &machine, .members = d.members, .pins = d.pins};
	daemon_take_events(&d, NULL);
	assert_false(d.lost);
	assert_int_equal(setsockopt(events_fd(d.events), SOL_SOCKET, SO_RCVBUFFORCE, &small, sizeof(small)), 0);
	fork_some(30);
	for (int i = 0; i < 10 && !d.lost; i++)
		daemon_take_events(&d, NULL);
	assert_true(d.lost);
	/* until a look begins, however much is heard in between */
	daemon_take_events(&d, NULL);
	assert_true(d.lost);
	events_free(d.events);
	members_free(d.members);
	pins_free(d.pins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loss_that_its_reader_ignores_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
