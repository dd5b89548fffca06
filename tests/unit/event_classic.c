/* Laws of the classic socket filter, asked of the kernel of this host: what a process does is told, what its threads do is not. */
#include "ear.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "event_classic.h"

static void *ends(void *ctx)
{
	return ctx;
}

static void does_all(struct ear *ear)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
			_exit(1);
	if (prctl(PR_SET_NAME, "ecomm") || setgid(65534) || setuid(65534))
		_exit(1);
	execl(path_in(ear, "efile"), "efile", (char *)NULL);
}

static unsigned messages_left(struct ear *ear)
{
	char bytes[256];
	unsigned n = 0;

	while (recv(events_fd(ear->events), bytes, sizeof(bytes), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

static void all_that_a_process_does_is_told(void **state)
{
	struct ear *ear = *state;
	pid_t pid;
	int status;

	assert_int_equal(event_classic_attach(events_fd(ear->events), NULL), 0);
	events_are_filtered(ear->events, false);
	listen_on(ear);
	ear->n = 0;
	pid = fork();
	if (pid == 0) {
		does_all(ear);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	listen_on(ear);
	assert_told(ear, pid, "FCIIX-");
	/* and asking the kernel still gets an answer */
	assert_int_equal(events_renew(ear->events, NULL), 0);
}

/* A thousand threads are two thousand messages. */
static void what_threads_do_wakes_nobody(void **state)
{
	struct ear *ear = *state;
	pthread_t thread;

	assert_int_equal(event_classic_attach(events_fd(ear->events), NULL), 0);
	messages_left(ear);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(pthread_create(&thread, NULL, ends, NULL), 0);
		pthread_join(thread, NULL);
	}
	/* the rest of the machine goes on meanwhile */
	assert_in_range(messages_left(ear), 0, 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_that_a_process_does_is_told, ear_open, ear_close),
		cmocka_unit_test_setup_teardown(what_threads_do_wakes_nobody, ear_open, ear_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
