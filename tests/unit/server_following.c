/* The socket under clients that follow: one call, many replies. */
#include "server_fixture.h"

#define FOLLOW	 "{\"method\":\"a.Follow\",\"more\":true}"
#define BEGUN	 "{\"parameters\":{},\"continues\":true}|"
#define TOLD(n)	 "{\"parameters\":{\"text\":\"\",\"n\":" #n "},\"continues\":true}|"

static int follower(struct fixture *f)
{
	int fd = client(f);

	say(fd, FOLLOW);
	assert_string_equal(received(f, fd), BEGUN);
	return fd;
}

static void happens(struct fixture *f)
{
	f->news++;
	server_wake(f->server);
}

static void who_asks_for_more_is_told_what_comes(void **state)
{
	struct fixture *f = *state;
	int fd = follower(f), other = follower(f);

	happens(f);
	assert_string_equal(received(f, fd), TOLD(1));
	happens(f);
	happens(f);
	assert_string_equal(received(f, fd), TOLD(2) TOLD(3));
	assert_string_equal(received(f, other), TOLD(1) TOLD(2) TOLD(3));
	server_wake(f->server); /* nothing new */
	assert_string_equal(received(f, fd), "");
	close(fd);
	close(other);
	run(f);
}

static void who_does_not_ask_for_more_gets_one_answer(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Follow\"}");
	say(fd, "{\"method\":\"a.Follow\",\"more\":true,\"oneway\":true}");
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|");
	happens(f);
	say(fd, ECHO(1));
	assert_string_equal(received(f, fd), ECHOED(1));
	assert_int_equal(f->nexts, 0);
	close(fd);
}

static void a_call_that_fails_is_not_followed(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Wrong\",\"more\":true}");
	assert_string_equal(received(f, fd), "{\"error\":\"a.NotSo\",\"parameters\":{\"why\":\"because\"}}|");
	happens(f);
	say(fd, ECHO(1));
	assert_string_equal(received(f, fd), ECHOED(1));
	close(fd);
}

static void a_call_behind_one_that_is_followed_waits(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, FOLLOW);
	say(fd, ECHO(1));
	assert_string_equal(received(f, fd), BEGUN);
	say(fd, ECHO(2));
	happens(f);
	assert_string_equal(received(f, fd), TOLD(1));
	assert_int_equal(f->calls, 1);
	close(fd);
	run(f);
}

static void who_leaves_is_forgotten(void **state)
{
	struct fixture *f = *state;
	int fd = follower(f);

	close(fd);
	run(f);
	happens(f);
	run(f);
	assert_int_equal(f->nexts, 0);
	fd = follower(f);
	happens(f);
	close(fd); /* after the news, before it is sent */
	run(f);
}

static void who_stops_sending_goes_on_following(void **state)
{
	struct fixture *f = *state;
	int fd = follower(f);

	shutdown(fd, SHUT_WR);
	run(f);
	happens(f);
	assert_string_equal(received(f, fd), TOLD(1));
	close(fd);
	run(f);
}

static void who_reads_slowly_costs_no_memory_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	int fd = follower(f), quick = follower(f);
	unsigned asked;
	size_t got = 0;

	f->news_bytes = 10000;
	for (unsigned i = 0; i < 200; i++) {
		happens(f);
		assert_true(strlen(received(f, quick)) > 10000);
	}
	asked = f->nexts - 400; /* of the quick one: each thing, and that there is no more */
	assert_true(asked > 0 && asked < 100); /* what the kernel's buffer and one reply hold, and no more */
	for (unsigned i = 0; i < 1000 && got < 200 * 10000; i++)
		got += strlen(received(f, fd));
	assert_true(got >= 200 * 10000);
	close(fd);
	close(quick);
	run(f);
}

static void who_takes_nothing_is_thrown_out_and_who_is_owed_nothing_stays(void **state)
{
	struct fixture *f = *state;
	int deaf = follower(f), idle;

	f->news_bytes = 10000;
	for (unsigned i = 0; i < 200; i++) {
		happens(f);
		run(f);
	}
	f->news_bytes = 0;
	idle = follower(f);
	/* sd-event may be late by a quarter of a second, to wake up less often */
	for (unsigned i = 0; i < 100; i++) {
		run(f);
		usleep(10000);
	}
	for (unsigned i = 0; i < 100 && !strstr(received(f, deaf), "closed"); i++)
		;
	assert_string_equal(received(f, deaf), "closed");
	assert_string_equal(received(f, idle), "");
	happens(f);
	assert_string_equal(received(f, idle), TOLD(201));
	close(deaf);
	close(idle);
	run(f);
}

static void those_who_follow_are_told_when_the_server_ends(void **state)
{
	struct fixture *f = *state;
	int fd = follower(f);

	happens(f);
	server_free(f->server);
	f->server = NULL;
	assert_string_equal(received(f, fd), TOLD(1) "closed");
	server_wake(f->server);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_asks_for_more_is_told_what_comes),
		TEST(who_does_not_ask_for_more_gets_one_answer),
		TEST(a_call_that_fails_is_not_followed),
		TEST(a_call_behind_one_that_is_followed_waits),
		TEST(who_leaves_is_forgotten),
		TEST(who_stops_sending_goes_on_following),
		TEST(who_reads_slowly_costs_no_memory_and_loses_nothing),
		cmocka_unit_test_setup_teardown(who_takes_nothing_is_thrown_out_and_who_is_owed_nothing_stays, set_up_hasty, tear_down),
		TEST(those_who_follow_are_told_when_the_server_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
