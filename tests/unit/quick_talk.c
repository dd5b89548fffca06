/* What threads say comes whole, in order, and wakes who listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "quick.h"
#include "quick_talk.h"

#include <cmocka.h>

#define THREADS	 3
#define MESSAGES 20000

static bool is_readable(const struct quick_talk *t)
{
	struct pollfd p = {.fd = quick_talk_fd(t), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static bool say(struct quick_talk *t, pid_t pid, const char *path)
{
	struct quick_message m = {.kind = QUICK_MOVES, .pid = pid, .paths_bytes = (uint32_t)strlen(path) + 1};

	memcpy(m.paths, path, m.paths_bytes);
	return quick_talk_say(t, &m);
}

static void expect(struct quick_talk *t, pid_t pid, const char *path)
{
	struct quick_message m;

	assert_true(quick_talk_hear(t, &m));
	assert_int_equal(m.kind, QUICK_MOVES);
	assert_int_equal(m.pid, pid);
	assert_int_equal(m.paths_bytes, strlen(path) + 1);
	assert_string_equal(m.paths, path);
}

static void what_was_said_first_is_heard_first(void **state)
{
	struct quick_talk *t = quick_talk_new(NULL);
	struct quick_message m;

	assert_false(quick_talk_hear(t, &m));
	assert_true(say(t, 1, "/a"));
	assert_true(say(t, 2, ""));
	expect(t, 1, "/a");
	assert_true(say(t, 3, "/what/is/said/meanwhile"));
	expect(t, 2, "");
	expect(t, 3, "/what/is/said/meanwhile");
	assert_false(quick_talk_hear(t, &m));
	quick_talk_free(t);
}

static void it_is_readable_when_there_is_something_new(void **state)
{
	struct quick_talk *t = quick_talk_new(NULL);
	struct quick_message m;

	for (int i = 0; i < 2; i++) {
		assert_false(is_readable(t));
		say(t, 1, "");
		say(t, 2, "");
		assert_true(is_readable(t));
		while (quick_talk_hear(t, &m))
			;
	}
	assert_false(is_readable(t));
	say(t, 1, "");
	say(t, 2, "");
	expect(t, 1, "");
	say(t, 3, "");
	expect(t, 2, "");
	assert_true(is_readable(t));
	quick_talk_free(t);
}

static void what_is_left_wakes_nobody_and_is_heard_in_its_turn(void **state)
{
	struct quick_talk *t = quick_talk_new(NULL);
	struct quick_message m = {.kind = QUICK_MOVES, .pid = 1};

	assert_true(quick_talk_leave(t, &m));
	assert_false(is_readable(t));
	assert_true(quick_talk_hear(t, &m));
	assert_int_equal(m.pid, 1);
	assert_true(quick_talk_leave(t, &m));
	say(t, 2, "");
	assert_true(is_readable(t));
	assert_true(quick_talk_hear(t, &m));
	assert_int_equal(m.pid, 1);
	expect(t, 2, "");
	assert_false(is_readable(t));
	quick_talk_free(t);
}

static void what_finds_no_room_is_refused_and_what_was_said_is_heard(void **state)
{
	struct quick_talk *t = quick_talk_new(NULL);
	struct quick_message m;
	pid_t n = 0;

	while (n < 1000000 && say(t, n + 1, "/some/where"))
		n++;
	assert_in_range(n, 1000, 999999);
	for (pid_t i = 0; i < n; i++)
		expect(t, i + 1, "/some/where");
	assert_false(quick_talk_hear(t, &m));
	assert_true(say(t, 1, "/some/where"));
	expect(t, 1, "/some/where");
	quick_talk_free(t);
}

struct speaker {
	struct quick_talk *t;
	pid_t pid;
	pthread_t thread;
};

static void *speak(void *ctx)
{
	struct speaker *s = ctx;

	for (uint64_t i = 0; i < MESSAGES; i++)
		while (!quick_talk_say(s->t, &(struct quick_message){.pid = s->pid, .at_ns = i}))
			;
	return NULL;
}

static void of_many_who_speak_at_once_each_is_heard_in_order(void **state)
{
	struct speaker speakers[THREADS];
	uint64_t next[THREADS] = {0}, heard = 0;
	struct quick_talk *t = quick_talk_new(NULL);
	struct quick_message m;

	for (int i = 0; i < THREADS; i++) {
		speakers[i] = (struct speaker){.t = t, .pid = i};
		assert_int_equal(pthread_create(&speakers[i].thread, NULL, speak, &speakers[i]), 0);
	}
	while (heard < THREADS * MESSAGES) {
		struct pollfd p = {.fd = quick_talk_fd(t), .events = POLLIN};

		assert_int_equal(poll(&p, 1, 10000), 1);
		for (; quick_talk_hear(t, &m); heard++)
			assert_int_equal(m.at_ns, next[m.pid]++);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(speakers[i].thread, NULL);
	assert_false(is_readable(t));
	quick_talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_first_is_heard_first),
		cmocka_unit_test(it_is_readable_when_there_is_something_new),
		cmocka_unit_test(what_is_left_wakes_nobody_and_is_heard_in_its_turn),
		cmocka_unit_test(what_finds_no_room_is_refused_and_what_was_said_is_heard),
		cmocka_unit_test(of_many_who_speak_at_once_each_is_heard_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
