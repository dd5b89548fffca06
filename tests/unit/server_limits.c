/* The socket under clients that take more than their part. */
#include "server_fixture.h"

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "connection.h"

static void deep_nesting_ends_the_connection(void **state)
{
	struct fixture *f = *state;
	char deep[6 + 2 * 3000];
	int fd = client(f);

	memset(deep, '[', 3005);
	memset(deep + 3005, ']', 3000);
	memcpy(deep, "{\"a\":", 5);
	strcpy(deep + sizeof(deep) - 2, "}");
	say(fd, deep);
	assert_string_equal(received(f, fd), "closed");
	close(fd);
}

static void pipelined_calls_are_answered_in_order(void **state)
{
	static const char calls[] = ECHO(1) "\0" ECHO(2) "\0{\"method\":\"a.Wrong\"}\0" ECHO(3);
	struct fixture *f = *state;
	int fd = client(f);

	assert_int_equal(send(fd, calls, sizeof(calls), 0), sizeof(calls));
	assert_string_equal(received(f, fd),
			    ECHOED(1) ECHOED(2) "{\"error\":\"a.NotSo\",\"parameters\":{\"why\":\"because\"}}|" ECHOED(3));
	close(fd);
}

static void a_message_that_is_too_long_ends_the_connection(void **state)
{
	struct fixture *f = *state;
	char text[5000];
	int fd = client(f), whole = client(f);

	memset(text, ' ', sizeof(text));
	send(fd, text, sizeof(text), 0);
	assert_string_equal(received(f, fd), "closed");
	/* also when its end has come already */
	memcpy(text, ECHO(1), strlen(ECHO(1)));
	text[sizeof(text) - 1] = 0;
	send(whole, text, sizeof(text), 0);
	assert_string_equal(received(f, whole), "closed");
	assert_int_equal(f->calls, 0);
	close(fd);
	close(whole);
}

static void the_longest_message_is_taken(void **state)
{
	struct fixture *f = *state;
	char text[4097];
	int fd = client(f);

	memset(text, ' ', sizeof(text));
	memcpy(text, ECHO(1), strlen(ECHO(1)));
	text[4096] = 0;
	send(fd, text, sizeof(text), 0);
	assert_string_equal(received(f, fd), ECHOED(1));
	close(fd);
}

/* Diff sends it, and JSON has two bytes for a newline. */
static void the_largest_policy_file_that_is_taken_can_be_sent(void **state)
{
	auto_free char *text = must_alloc(POLICY_FILE_MAX_BYTES + 1), *said = NULL;
	json_t *call;

	memset(text, '\n', POLICY_FILE_MAX_BYTES);
	call = json_pack("{s:s, s:{s:s, s:s}}", "method", "io.cgq.Diff", "parameters", "name", "50-web.conf", "text", text);
	said = json_dumps(call, JSON_COMPACT);
	json_decref(call);
	assert_non_null(said);
	assert_true(strlen(said) <= connection_limits_default.message_max_bytes);
}

/* Sends until the socket takes no more; the number of calls sent. */
static unsigned pipeline(struct fixture *f, int fd, const char *call, unsigned most)
{
	unsigned n = 0;

	while (n < most && send(fd, call, strlen(call) + 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
		n++;
		run(f);
	}
	return n;
}

static void who_never_reads_is_not_served_for_ever(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), other = client(f);
	unsigned sent;

	f->answer_bytes = 10000;
	sent = pipeline(f, fd, "{\"method\":\"a.Big\"}", 2000);
	/* what the kernel's buffers and our queue hold, and no more */
	assert_true(f->calls < sent);
	assert_true(f->calls * f->answer_bytes < (1 << 20));
	/* nobody else suffers */
	say(other, ECHO(1));
	assert_string_equal(received(f, other), ECHOED(1));
	close(fd);
	close(other);
	run(f);
}

static void who_reads_late_gets_everything(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);
	size_t got = 0;

	f->answer_bytes = 10000;
	pipeline(f, fd, "{\"method\":\"a.Big\"}", 100);
	for (unsigned i = 0; i < 1000 && got < 100 * 10000; i++)
		got += strlen(received(f, fd));
	assert_int_equal(f->calls, 100);
	assert_true(got >= 100 * 10000);
	close(fd);
}

static void who_neither_reads_nor_ends_a_message_is_thrown_out(void **state)
{
	struct fixture *f = *state;
	int deaf = client(f), slow = client(f), idle = client(f);

	f->answer_bytes = 10000;
	send(slow, "{\"method\"", 9, 0);
	pipeline(f, deaf, "{\"method\":\"a.Big\"}", 100);
	/* sd-event may be late by a quarter of a second, to wake up less often */
	for (unsigned i = 0; i < 400 && strcmp(received(f, slow), "closed"); i++)
		;
	assert_string_equal(received(f, slow), "closed");
	for (unsigned i = 0; i < 400 && *received(f, deaf) != 'c'; i++)
		;
	assert_string_equal(received(f, deaf), "closed");
	assert_string_equal(received(f, idle), ""); /* who asks nothing may stay */
	close(deaf);
	close(slow);
	close(idle);
}

static void root_has_128_connections_and_a_free_one_can_be_used_again(void **state)
{
	struct fixture *f = *state;
	int fds[128], late;

	for (int i = 0; i < 128; i++) {
		fds[i] = client(f);
		run(f);
	}
	late = client(f);
	assert_string_equal(received(f, late), "closed");
	close(late);
	assert_string_equal(received(f, fds[0]), "");
	close(fds[0]);
	run(f);
	fds[0] = client(f);
	say(fds[0], ECHO(1));
	assert_string_equal(received(f, fds[0]), ECHOED(1));
	for (int i = 0; i < 128; i++)
		close(fds[i]);
}

/* As user 65534 of no group: what a child found out about n connections. Exit status: how many of them were open. */
static int connect_as_stranger(struct fixture *f, int n)
{
	int fds[64], pair[2], status, open = 0;
	char byte;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		gid_t none = 65534;

		close(pair[0]);
		if (setgroups(1, &none) || setgid(65534) || setuid(65534))
			_exit(255);
		for (int i = 0; i < n; i++)
			fds[i] = client_at(f->path);
		if (write(pair[1], "c", 1) != 1 || read(pair[1], &byte, 1) != 1)
			_exit(254);
		for (int i = 0; i < n; i++)
			open += fds[i] >= 0 && recv(fds[i], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
		_exit(open);
	}
	close(pair[1]);
	assert_int_equal(read(pair[0], &byte, 1), 1);
	run(f);
	assert_int_equal(write(pair[0], "g", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	run(f);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void everybody_may_connect_and_only_root_owns_the_socket(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	if (getuid())
		skip();
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	assert_int_equal(connect_as_stranger(f, 1), 1);
}

static void a_stranger_has_4_connections_and_takes_nobody_elses(void **state)
{
	struct fixture *f = *state;

	if (getuid())
		skip();
	assert_int_equal(connect_as_stranger(f, 40), 4);
}

static bool knows_65534(void *ctx, const struct peer *peer)
{
	return peer->uid == 65534;
}

static void a_user_who_may_run_has_32_connections(void **state)
{
	struct fixture *f = *state;

	if (getuid())
		skip();
	server_knows_by(f->server, knows_65534);
	assert_int_equal(connect_as_stranger(f, 40), 32);
}

/* The credentials are the peer's own: a child asks and the server tells who it was. */
static void the_kernel_says_who_asks(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), status;
	pid_t pid;

	if (getuid())
		skip();
	say(fd, ECHO(1));
	run(f);
	assert_int_equal(f->peer.pid, getpid());
	assert_true(f->peer.may_read && f->peer.may_change);
	close(fd);
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534) || (fd = client_at(f->path)) < 0)
			_exit(1);
		_exit(send(fd, ECHO(2), sizeof(ECHO(2)), 0) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run(f);
	assert_string_equal(f->last, "2");
	assert_int_equal(f->peer.uid, 65534);
	assert_false(f->peer.may_read || f->peer.may_change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deep_nesting_ends_the_connection, set_up_usual, tear_down),
		TEST(pipelined_calls_are_answered_in_order),
		TEST(a_message_that_is_too_long_ends_the_connection),
		TEST(the_longest_message_is_taken),
		cmocka_unit_test(the_largest_policy_file_that_is_taken_can_be_sent),
		TEST(who_never_reads_is_not_served_for_ever),
		TEST(who_reads_late_gets_everything),
		cmocka_unit_test_setup_teardown(who_neither_reads_nor_ends_a_message_is_thrown_out, set_up_hasty, tear_down),
		TEST(root_has_128_connections_and_a_free_one_can_be_used_again),
		TEST(everybody_may_connect_and_only_root_owns_the_socket),
		TEST(a_stranger_has_4_connections_and_takes_nobody_elses),
		TEST(a_user_who_may_run_has_32_connections),
		TEST(the_kernel_says_who_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
