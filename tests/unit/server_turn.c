/* The socket while the loop is held up, by a call that is being answered or by anything else. */
#include <sys/syscall.h>
#include <time.h>

#include "server_fixture.h"

/* A turn ends early where others have the CPU for long. Not here: time stands still. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	static struct timespec at[16];

	if (at[clock].tv_sec == 0)
		syscall(SYS_clock_gettime, clock, &at[clock]);
	*ret = at[clock];
	return 0;
}

#define LONG "{\"method\":\"a.Long\"}"

static bool all_but_long_look(const char *method)
{
	return strcmp(method, "a.Long") != 0;
}

/* All that has come without the loop. */
static const char *came(int fd)
{
	static char text[256];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	for (ssize_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = '|';
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void turn(struct fixture *f)
{
	server_turn(f->server, all_but_long_look);
}

static void who_only_looks_is_answered_though_the_loop_does_not_run(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, ECHO(1));
	turn(f);
	assert_string_equal(came(fd), ECHOED(1));
	say(fd, ECHO(2));
	turn(f);
	assert_string_equal(came(fd), ECHOED(2));
	close(fd);
	turn(f);
	run(f);
}

static void one_turn_takes_one_call_of_each(void **state)
{
	static const char calls[] = ECHO(1) "\0" ECHO(2);
	struct fixture *f = *state;
	int fd = client(f), other = client(f);

	send(fd, calls, sizeof(calls), 0);
	say(other, ECHO(3));
	turn(f);
	assert_string_equal(came(fd), ECHOED(1));
	assert_string_equal(came(other), ECHOED(3));
	assert_string_equal(received(f, fd), ECHOED(2));
	close(fd);
	close(other);
	run(f);
}

static void what_changes_something_waits_for_the_loop_and_what_comes_after_it_too(void **state)
{
	static const char calls[] = ECHO(1) "\0" LONG "\0" ECHO(2);
	struct fixture *f = *state;
	int fd = client(f);

	send(fd, calls, sizeof(calls), 0);
	turn(f);
	turn(f);
	turn(f);
	assert_string_equal(came(fd), ECHOED(1));
	assert_int_equal(f->calls, 1);
	assert_string_equal(received(f, fd), "{\"parameters\":{\"long\":true}}|" ECHOED(2));
	close(fd);
	run(f);
}

static void other_speaks(struct fixture *f)
{
	say(f->callers[1], ECHO(5));
	turn(f);
	turn(f);
	assert_string_equal(came(f->callers[1]), ECHOED(5));
}

static void a_call_that_takes_long_lets_others_have_their_turn_and_is_answered_once(void **state)
{
	static const char calls[] = LONG "\0" ECHO(6);
	struct fixture *f = *state;

	f->callers[0] = client(f);
	f->callers[1] = client(f);
	f->during = other_speaks;
	send(f->callers[0], calls, sizeof(calls), 0);
	assert_string_equal(received(f, f->callers[0]), "{\"parameters\":{\"long\":true}}|" ECHOED(6));
	assert_int_equal(f->calls, 3);
	close(f->callers[0]);
	close(f->callers[1]);
	run(f);
}

static void caller_leaves(struct fixture *f)
{
	close(f->callers[0]);
	for (int i = 0; i < 3; i++)
		turn(f);
}

static void who_leaves_while_its_call_is_answered_is_left_to_the_loop(void **state)
{
	struct fixture *f = *state;

	f->callers[0] = client(f);
	f->during = caller_leaves;
	say(f->callers[0], LONG);
	run(f);
	assert_int_equal(f->calls, 1);
}

static void who_follows_is_told_in_its_turn(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Follow\",\"more\":true}");
	turn(f);
	assert_string_equal(came(fd), "{\"parameters\":{},\"continues\":true}|");
	f->news++;
	server_wake(f->server);
	turn(f);
	assert_string_equal(came(fd), "{\"parameters\":{\"text\":\"\",\"n\":1},\"continues\":true}|");
	close(fd);
	run(f);
}

static void garbage_ends_a_connection_in_its_turn_and_no_other(void **state)
{
	struct fixture *f = *state;
	int bad = client(f), good = client(f);
	char byte;

	say(bad, "x");
	say(good, ECHO(7));
	turn(f);
	turn(f);
	assert_int_equal(recv(bad, &byte, 1, MSG_DONTWAIT), 0);
	assert_string_equal(came(good), ECHOED(7));
	close(bad);
	close(good);
	run(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_only_looks_is_answered_though_the_loop_does_not_run),
		TEST(one_turn_takes_one_call_of_each),
		TEST(what_changes_something_waits_for_the_loop_and_what_comes_after_it_too),
		TEST(a_call_that_takes_long_lets_others_have_their_turn_and_is_answered_once),
		TEST(who_leaves_while_its_call_is_answered_is_left_to_the_loop),
		TEST(who_follows_is_told_in_its_turn),
		TEST(garbage_ends_a_connection_in_its_turn_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
