/* The socket under clients that do what they should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server_limits.h"

#define red(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

/* Small, so that hitting a bound takes no time; the stall is longer than any test lasts. */
static const struct connection_limits small = { .message_max_bytes = 4096, .queue_max_bytes = 16384,
						.stall_usec = 60000000 };

struct fixture {
	char folder[64], path[128];
	sd_event *event;
	struct server *server;
	unsigned calls;
	size_t answer_bytes; /* of Big */
	struct peer peer;    /* of the last call */
	char last[64];	     /* n of the last call */
};

static json_t *test_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
			 const char **error_name, json_t **error_parameters)
{
	struct fixture *f = ctx;

	f->calls++;
	f->peer = *peer;
	snprintf(f->last, sizeof(f->last), "%lld", json_integer_value(json_object_get(parameters, "n")));
	if (!strcmp(method, "a.Echo"))
		return json_incref(parameters);
	if (!strcmp(method, "a.Big")) {
		char *text = malloc(f->answer_bytes + 1);
		json_t *o;

		memset(text, 'x', f->answer_bytes);
		text[f->answer_bytes] = 0;
		o = json_pack("{s:s}", "text", text);
		free(text);
		return o;
	}
	*error_name = "a.NotSo";
	*error_parameters = json_pack("{s:s}", "why", "because");
	return NULL;
}

static int set_up_limited(void **state, const struct connection_limits *limits)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	strcpy(f->folder, "/tmp/cgq-test-server-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	chmod(f->folder, 0755); /* for the foreign user */
	snprintf(f->path, sizeof(f->path), "%s/run/sock", f->folder);
	assert_true(sd_event_new(&f->event) >= 0);
	if (server_new_limited(f->event, f->path, limits, test_call, f, &f->server, &e) < 0)
		red("%s", e.text);
	*state = f;
	return 0;
}

static int set_up(void **state)
{
	return set_up_limited(state, &small);
}

static int set_up_usual(void **state)
{
	return set_up_limited(state, &connection_limits_default);
}

static int set_up_hasty(void **state)
{
	static const struct connection_limits hasty = { .message_max_bytes = 4096, .queue_max_bytes = 16384,
							.stall_usec = 1000 };

	return set_up_limited(state, &hasty);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char path[160];

	server_free(f->server);
	sd_event_unref(f->event);
	assert_int_equal(access(f->path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/run", f->folder);
	rmdir(path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static int client_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(a.sun_path, path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int client(struct fixture *f)
{
	int fd = client_at(f->path);

	assert_true(fd >= 0);
	return fd;
}

/* Runs what is due, until nothing has been for a few milliseconds. */
static void run(struct fixture *f)
{
	while (sd_event_run(f->event, 5000) > 0)
		;
}

/* All that has come, NULs shown as '|'; "closed" at the end when there is no more to come. */
static const char *received(struct fixture *f, int fd)
{
	static char text[1 << 16];
	size_t len = 0;
	ssize_t n = 0;

	run(f);
	while (len < sizeof(text) - 16 && (n = recv(fd, text + len, sizeof(text) - 16 - len, MSG_DONTWAIT)) > 0) {
		len += (size_t)n;
		run(f);
	}
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '|';
	strcpy(text + len, n == 0 || (n < 0 && errno == ECONNRESET) ? "closed" : "");
	return text;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text) + 1, MSG_NOSIGNAL), strlen(text) + 1);
}

#define ECHO(n)	    "{\"method\":\"a.Echo\",\"parameters\":{\"n\":" #n "}}"
#define ECHOED(n)   "{\"parameters\":{\"n\":" #n "}}|"
#define INVALID(p)  "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"" p "\"}}|"

static void what_is_no_json_object_ends_the_connection(void **state)
{
	static const char *const garbage[] = {
		"", " ", "x", "[]", "1", "null", "\"text\"", "{", "{\"method\":}", "{\"method\":\"a.Echo\"} x",
		"{\"method\":\"a.Echo\",\"method\":\"a.Echo\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}", "{\"a\":1e999}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(garbage) / sizeof(*garbage); i++) {
		int fd = client(f);

		say(fd, garbage[i]);
		if (strcmp(received(f, fd), "closed"))
			red("'%s' is answered", garbage[i]);
		close(fd);
	}
	assert_int_equal(f->calls, 0);
}

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

static void a_call_with_wrong_keys_is_answered_and_the_next_one_works(void **state)
{
	static const struct {
		const char *call, *answer;
	} rows[] = {
		{ "{}", INVALID("method") },
		{ "{\"method\":null}", INVALID("method") },
		{ "{\"method\":7}", INVALID("method") },
		{ "{\"method\":\"a.Echo\",\"parameters\":[]}", INVALID("parameters") },
		{ "{\"method\":\"a.Echo\",\"parameters\":7}", INVALID("parameters") },
		{ "{\"method\":\"a.Echo\",\"oneway\":1}", INVALID("oneway") },
		{ "{\"method\":\"a.Echo\",\"more\":\"yes\"}", INVALID("more") },
		{ "{\"method\":\"a.Echo\",\"upgrade\":true}", INVALID("upgrade") },
		{ "{\"method\":\"a.Echo\",\"upgrade\":false,\"more\":false,\"oneway\":false}", "{\"parameters\":{}}|" },
		{ "{\"method\":\"a.Echo\",\"parameters\":null}", "{\"parameters\":{}}|" },
		{ "{\"method\":\"a.Echo\",\"more\":true,\"parameters\":{\"n\":1}}", ECHOED(1) },
		{ "{\"method\":\"a.Echo\",\"io.vendor\":{},\"parameters\":{\"n\":1}}", ECHOED(1) },
		{ "{\"method\":\"a.Wrong\"}", "{\"error\":\"a.NotSo\",\"parameters\":{\"why\":\"because\"}}|" },
	};
	struct fixture *f = *state;
	int fd = client(f);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		say(fd, rows[i].call);
		assert_string_equal(received(f, fd), rows[i].answer);
	}
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

static void one_round_of_the_loop_takes_one_call(void **state)
{
	static const char calls[] = ECHO(1) "\0" ECHO(2) "\0" ECHO(3);
	struct fixture *f = *state;
	int fd = client(f);
	unsigned most = 0;

	send(fd, calls, sizeof(calls), 0);
	for (unsigned before = 0; sd_event_run(f->event, 5000) > 0; before = f->calls)
		most = f->calls - before > most ? f->calls - before : most;
	assert_int_equal(f->calls, 3);
	assert_int_equal(most, 1);
	close(fd);
}

static void a_call_may_come_byte_by_byte(void **state)
{
	static const char call[] = ECHO(17);
	struct fixture *f = *state;
	int fd = client(f);

	for (size_t i = 0; i < sizeof(call); i++) {
		assert_int_equal(f->calls, 0);
		assert_int_equal(send(fd, call + i, 1, 0), 1);
		run(f);
	}
	assert_string_equal(received(f, fd), ECHOED(17));
	close(fd);
}

static void oneway_gets_no_answer(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Echo\",\"oneway\":true,\"parameters\":{\"n\":1}}");
	say(fd, "{\"method\":\"a.Wrong\",\"oneway\":true}");
	say(fd, "{\"method\":\"a.Echo\",\"oneway\":true,\"upgrade\":true}");
	say(fd, ECHO(2));
	assert_string_equal(received(f, fd), ECHOED(2));
	assert_int_equal(f->calls, 3);
	close(fd);
}

static void a_oneway_call_counts_though_its_sender_is_gone(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Echo\",\"oneway\":true,\"parameters\":{\"n\":1}}");
	say(fd, "{\"method\":\"a.Echo\",\"oneway\":true,\"parameters\":{\"n\":2}}");
	close(fd);
	run(f);
	assert_int_equal(f->calls, 2);
	assert_string_equal(f->last, "2");
}

static void who_stops_sending_still_gets_the_answer(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, ECHO(1));
	send(fd, "half", 4, 0);
	shutdown(fd, SHUT_WR);
	assert_string_equal(received(f, fd), ECHOED(1) "closed");
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
	while (*received(f, deaf) != 'c')
		;
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

static void the_socket_is_for_root_and_the_group_only(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	struct group *g = getgrnam("cgq");

	if (getuid())
		skip();
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_mode & 07777, g ? 0660 : 0600);
	assert_int_equal(st.st_gid, g ? g->gr_gid : 0);
	assert_int_equal(connect_as_stranger(f, 1), 0);
}

static void one_user_has_32_connections_and_no_rights(void **state)
{
	struct fixture *f = *state;

	if (getuid())
		skip();
	chmod(f->path, 0666);
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
	chmod(f->path, 0666);
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

static void the_folder_is_made_for_everybody_to_pass(void **state)
{
	struct fixture *f = *state;
	char folder[160];
	struct stat st;

	snprintf(folder, sizeof(folder), "%s/run", f->folder);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void a_living_socket_is_not_taken_over(void **state)
{
	struct fixture *f = *state;
	struct server *second = NULL;
	struct err e = { 0 };

	assert_int_equal(server_new(f->event, f->path, test_call, f, &second, &e), -EADDRINUSE);
	assert_non_null(strstr(e.text, "another daemon"));
	assert_null(second);
	/* the first goes on */
	int fd = client(f);
	say(fd, ECHO(1));
	assert_string_equal(received(f, fd), ECHOED(1));
	close(fd);
}

static void a_dead_socket_is_replaced_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char file[160];
	struct server *s = NULL;
	struct err e = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/dead", f->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
	assert_int_equal(server_new(f->event, a.sun_path, test_call, f, &s, &e), 0);
	server_free(s);
	assert_int_equal(access(a.sun_path, F_OK), -1);
	snprintf(file, sizeof(file), "%s/file", f->folder);
	close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(server_new(f->event, file, test_call, f, &s, &e), -EEXIST);
	assert_int_equal(unlink(file), 0);
}

static void a_path_that_is_too_long_is_told_so(void **state)
{
	struct fixture *f = *state;
	struct server *s = NULL;
	struct err e = { 0 };
	char path[200];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = 0;
	assert_int_equal(server_new(f->event, path, test_call, f, &s, &e), -ENAMETOOLONG);
	assert_non_null(strstr(e.text, "at most"));
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_json_object_ends_the_connection),
		cmocka_unit_test_setup_teardown(deep_nesting_ends_the_connection, set_up_usual, tear_down),
		TEST(a_call_with_wrong_keys_is_answered_and_the_next_one_works),
		TEST(a_message_that_is_too_long_ends_the_connection),
		TEST(the_longest_message_is_taken),
		TEST(who_never_reads_is_not_served_for_ever),
		TEST(who_reads_late_gets_everything),
		cmocka_unit_test_setup_teardown(who_neither_reads_nor_ends_a_message_is_thrown_out, set_up_hasty, tear_down),
		TEST(root_has_128_connections_and_a_free_one_can_be_used_again),
		TEST(one_user_has_32_connections_and_no_rights),
		TEST(the_socket_is_for_root_and_the_group_only),
		TEST(the_kernel_says_who_asks),
		TEST(pipelined_calls_are_answered_in_order),
		TEST(one_round_of_the_loop_takes_one_call),
		TEST(a_call_may_come_byte_by_byte),
		TEST(oneway_gets_no_answer),
		TEST(a_oneway_call_counts_though_its_sender_is_gone),
		TEST(who_stops_sending_still_gets_the_answer),
		TEST(the_folder_is_made_for_everybody_to_pass),
		TEST(a_living_socket_is_not_taken_over),
		TEST(a_dead_socket_is_replaced_and_nothing_else),
		TEST(a_path_that_is_too_long_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
