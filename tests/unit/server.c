/* The socket: calls and answers, and its file. */
#include "server_fixture.h"

#include <grp.h>

#include "peer.h"

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

static bool has_name_service(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[1024];
	bool found = false;

	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, "/libnss_");
	fclose(f);
	return found;
}

/* Where no file names the group, which is so on most machines without a package of ours, it loads more to ask. */
static void who_may_read_is_known_without_what_the_name_service_loads(void **state)
{
	struct readers readers = peer_readers();
	struct group *group;

	assert_false(has_name_service());
	group = getgrnam("cgq");
	assert_int_equal(readers.known, group != NULL);
	if (group)
		assert_int_equal(readers.gid, group->gr_gid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_json_object_ends_the_connection),
		TEST(a_call_with_wrong_keys_is_answered_and_the_next_one_works),
		TEST(one_round_of_the_loop_takes_one_call),
		TEST(a_call_may_come_byte_by_byte),
		TEST(oneway_gets_no_answer),
		TEST(a_oneway_call_counts_though_its_sender_is_gone),
		TEST(who_stops_sending_still_gets_the_answer),
		TEST(the_folder_is_made_for_everybody_to_pass),
		TEST(a_living_socket_is_not_taken_over),
		TEST(a_dead_socket_is_replaced_and_nothing_else),
		TEST(a_path_that_is_too_long_is_told_so),
		TEST(who_may_read_is_known_without_what_the_name_service_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
