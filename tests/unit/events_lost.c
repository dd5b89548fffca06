/* Events that were lost are made up for, whoever was the first to hear of the loss. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"

#include <cmocka.h>

static pid_t last_ended;

static void on_ended(void *ctx, const struct member *one)
{
	last_ended = one->pid;
}

static pid_t fork_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static void buffer_set(const struct events *v, int bytes)
{
	assert_int_equal(setsockopt(events_fd(v), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), 0);
}

/*
 * The child that is forked first, of whom the kernel kept the exit, is heard of in the same breath. Its exit comes a moment after we
 * know, and the rest of the machine forks too: until then there is room.
 */
static void a_loss_asks_for_a_look_and_what_came_before_it_is_heard(void **state)
{
	static struct group groups[] = {{.path = "web"}};
	static const struct policy policy = {.groups = groups, .n_groups = 1};
	struct daemon d = {.events = events_new(NULL), .members = members_new(), .pins = pins_new()};
	const struct timespec moment = {.tv_nsec = 100000000};
	pid_t first;

	if (!d.events)
		skip();
	d.placer = (struct placer){.policy = &policy, .members = d.members, .pins = d.pins, .ended = on_ended};
	while (!daemon_take_events(&d, NULL))
		;
	d.lost = false;
	first = fork_one();
	members_put(d.members, first, 0)->group = 0;
	waitpid(first, NULL, 0);
	nanosleep(&moment, NULL);
	buffer_set(d.events, 8192);
	for (int i = 0; i < 100; i++)
		waitpid(fork_one(), NULL, 0);
	assert_false(daemon_take_events(&d, NULL));
	assert_true(d.lost);
	assert_int_equal(last_ended, first);
	events_free(d.events);
	members_free(d.members);
	pins_free(d.pins);
}

static pid_t wanted;
static bool is_told;

static void on_event(void *ctx, const struct proc_event_told *ev)
{
	is_told |= ev->kind == EVENT_FORK && ev->pid == wanted;
}

static void *thread_ends(void *unused)
{
	return NULL;
}

/* Each is told of as forked and as ended: more waits then than one read takes without a loss. */
static void much_waits(void)
{
	pthread_t thread;

	for (int i = 0; i < 9000; i++)
		if (pthread_create(&thread, NULL, thread_ends, NULL) == 0)
			pthread_join(thread, NULL);
}

/* What follows a loss at once would else be lost as well, without a word: the look that the loss asks for may be past it. */
static void what_comes_after_a_loss_was_said_is_told(void **state)
{
	struct events *v = events_new(NULL);
	bool lost = false;

	if (!v)
		skip();
	/* the rest of the machine may fork so much that even this is too little */
	for (int i = 0; i < 20 && !is_told; i++) {
		while (events_read(v, NULL, NULL, &lost, NULL) > 0 || lost)
			;
		much_waits();
		buffer_set(v, 8192);
		for (int n = 0; n < 100; n++)
			waitpid(fork_one(), NULL, 0);
		buffer_set(v, 16 << 20);
		assert_true(events_read(v, NULL, NULL, &lost, NULL) >= 0);
		assert_true(lost);
		wanted = fork_one();
		waitpid(wanted, NULL, 0);
		assert_true(events_read(v, on_event, NULL, &lost, NULL) >= 0);
		assert_true(is_told || lost);
	}
	assert_true(is_told);
	events_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loss_asks_for_a_look_and_what_came_before_it_is_heard),
		cmocka_unit_test(what_comes_after_a_loss_was_said_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
