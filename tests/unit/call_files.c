/* Descriptors that come with calls, calls that are answered later, and the process that asks. */
#include "server_fixture.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

#include "call_files.h"
#include "peer.h"

static unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* What the last call came with, and how many descriptors there were then. */
static bool came, had_extra;
static unsigned open_meanwhile;
static struct call_extra *waiting;
static int connection;
static unsigned left;

static void on_gone(void *ctx)
{
	left++;
	waiting = NULL;
}

static json_t *files_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters, const char **error_name,
			  json_t **error_parameters, struct following *following)
{
	struct call_extra *x = peer->extra;

	had_extra = x;
	came = x && x->left_bytes;
	open_meanwhile = open_files();
	connection = peer->socket;
	if (!strcmp(method, "a.Late") && x) {
		x->is_late = true;
		x->gone = on_gone;
		waiting = x;
		return NULL;
	}
	return json_object();
}

static bool knows_nobody_but_65534(void *ctx, const struct peer *peer)
{
	return peer->uid == 65534;
}

static int set_up_files(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = {0};

	came = had_extra = false;
	left = 0;
	waiting = NULL;
	strcpy(f->folder, "/tmp/cgq-test-server-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	chmod(f->folder, 0755);
	snprintf(f->path, sizeof(f->path), "%s/run/sock", f->folder);
	assert_true(sd_event_new(&f->event) >= 0);
	if (server_new_limited(f->event, f->path, &small, files_call, f, &f->server, &e) < 0)
		red("%s", e.text);
	*state = f;
	return 0;
}

static ssize_t say_bytes_with(int fd, const char *text, size_t len, int file, unsigned n)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(32 * sizeof(int))];
	} control = {0};
	struct iovec bytes = {(char *)text, len};
	struct msghdr m = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(n * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int files[32];

	for (unsigned i = 0; i < n; i++)
		files[i] = file;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), files, n * sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

static ssize_t say_with(int fd, const char *text, int file, unsigned n)
{
	return say_bytes_with(fd, text, strlen(text) + 1, file, n);
}

static void files_stay_in_their_connection_and_are_let_go_after_their_call(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned before;

	run(f);
	before = open_files();
	assert_true(say_with(fd, ECHO(1), null, 6) > 0);
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|");
	assert_true(came);
	assert_int_equal(open_meanwhile, before);
	say(fd, ECHO(2));
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|");
	assert_false(came);
	assert_int_equal(open_files(), before);
	close(null);
	close(fd);
}

/* What is left then in the connection nobody knows. */
static void who_answers_late_takes_them_out_and_the_connection_ends_with_the_answer(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), null = open("/dev/null", O_RDWR | O_CLOEXEC), files[2] = {-1, -1};

	say_with(fd, "{\"method\":\"a.Late\"}", null, 2);
	assert_string_equal(received(f, fd), "");
	assert_int_equal(call_files_take(connection, waiting->left_bytes, files, 2), 0);
	assert_true(fcntl(files[0], F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(files[1], F_GETFD) & FD_CLOEXEC);
	server_answer_late(waiting, NULL, json_object());
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|closed");
	close(files[0]);
	close(files[1]);
	close(null);
	close(fd);
}

static void another_number_of_files_than_is_needed_is_told(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), null = open("/dev/null", O_RDWR | O_CLOEXEC), files[2] = {-1, -1};

	say_with(fd, "{\"method\":\"a.Late\"}", null, 7);
	run(f);
	assert_int_equal(call_files_take(connection, waiting->left_bytes, files, 2), -EBADMSG);
	assert_int_equal(files[0], -1);
	server_answer_late(waiting, NULL, json_object());
	close(null);
	close(fd);
}

/* Half a call, two of them, and one that comes after the half of another: each is answered, and has none. */
static void files_beside_anything_but_one_whole_call_are_let_go(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const char two[] = ECHO(1) "\0" ECHO(2);
	unsigned before;

	run(f);
	before = open_files();
	for (size_t half = 1; half < sizeof(ECHO(1)); half += 7) {
		came = true;
		say_bytes_with(fd, ECHO(1), half, null, 3);
		run(f);
		say_bytes_with(fd, &ECHO(1)[half], sizeof(ECHO(1)) - half, null, 3);
		assert_string_equal(received(f, fd), "{\"parameters\":{}}|");
		assert_false(came);
	}
	came = true;
	say_bytes_with(fd, two, sizeof(two), null, 3);
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|{\"parameters\":{}}|");
	assert_false(came);
	assert_int_equal(open_files(), before);
	close(null);
	close(fd);
}

/* Of a oneway call nobody waits for more, and of one that ends nothing is left. */
static void files_of_oneway_calls_and_of_clients_that_leave_are_let_go(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned before;

	run(f);
	before = open_files();
	had_extra = true;
	say_with(fd, "{\"method\":\"a.Late\",\"oneway\":true}", null, 3);
	say(fd, ECHO(2));
	assert_string_equal(received(f, fd), "{\"parameters\":{}}|");
	say_bytes_with(fd, "{", 1, null, 3);
	run(f);
	assert_int_equal(open_files(), before);
	close(fd);
	run(f);
	assert_int_equal(open_files(), before - 2);
	close(null);
}

/* In a child: what a user without rights sends. */
static void send_as(struct fixture *f, uid_t uid, int file)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int fd;

		if (setgroups(0, NULL) || setgid(uid) || setuid(uid) || (fd = client_at(f->path)) < 0)
			_exit(1);
		_exit(say_with(fd, ECHO(1), file, 2) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run(f);
}

static void a_strangers_files_never_arrive(void **state)
{
	struct fixture *f = *state;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (getuid())
		skip();
	server_knows_by(f->server, knows_nobody_but_65534);
	came = true;
	send_as(f, 65533, null);
	assert_false(came);
	send_as(f, 65534, null);
	assert_true(came);
	close(null);
}

static void a_late_answer_comes_when_it_is_there_and_calls_wait_for_it(void **state)
{
	struct fixture *f = *state;
	int fd = client(f);

	say(fd, "{\"method\":\"a.Late\"}");
	say(fd, ECHO(2));
	assert_string_equal(received(f, fd), "");
	server_answer_late(waiting, NULL, json_pack("{s:i}", "n", 1));
	assert_string_equal(received(f, fd), "{\"parameters\":{\"n\":1}}|{\"parameters\":{}}|");
	say(fd, "{\"method\":\"a.Late\"}");
	run(f);
	server_answer_late(waiting, "a.NotSo", json_object());
	assert_string_equal(received(f, fd), "{\"error\":\"a.NotSo\",\"parameters\":{}}|");
	assert_int_equal(left, 0);
	close(fd);
}

static void who_leaves_before_a_late_answer_is_told_of(void **state)
{
	struct fixture *f = *state;
	int fd = client(f), half = client(f);

	say(fd, "{\"method\":\"a.Late\"}");
	run(f);
	close(fd);
	run(f);
	assert_int_equal(left, 1);
	/* it may say no more, and still wait */
	say(half, "{\"method\":\"a.Late\"}");
	shutdown(half, SHUT_WR);
	assert_string_equal(received(f, half), "");
	assert_int_equal(left, 1);
	server_answer_late(waiting, NULL, json_object());
	assert_string_equal(received(f, half), "{\"parameters\":{}}|closed");
	close(half);
}

/* A connection of a child that does what it is told: 'x' ends it, and the descriptor is given to nobody. */
static int peer_of_child(struct peer *ret, pid_t *ret_pid, int *ret_other)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	char path[] = "/tmp/cgq-test-peer-XXXXXX";
	int pass[2];

	assert_non_null(mkdtemp(path));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/s", path);
	assert_int_equal(bind(listening, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pass), 0);
	*ret_pid = fork();
	if (*ret_pid == 0) {
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&a, sizeof(a)) || say_with(pass[1], "x", fd, 1) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	{
		char byte[2], control[CMSG_SPACE(sizeof(int))];
		struct iovec v = {byte, 2};
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};

		assert_true(recvmsg(pass[0], &m, 0) > 0);
		memcpy(ret_other, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	}
	assert_int_equal(peer_read(fd, &(struct readers){0}, ret), 0);
	assert_int_equal(ret->pid, *ret_pid);
	unlink(a.sun_path);
	rmdir(path);
	close(listening);
	close(pass[0]);
	close(pass[1]);
	return fd;
}

static void the_process_that_asked_is_held_and_nobody_with_its_number(void **state)
{
	struct peer peer;
	struct err e = {0};
	pid_t pid;
	int other, fd = peer_of_child(&peer, &pid, &other), held;

	held = peer_hold(&peer, &e);
	assert_true(held >= 0);
	assert_int_equal(pidfd_send_signal(held, SIGKILL, NULL, 0), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(held);
	/* somebody else has the other end of its connection still, and its number may be anybody's now */
	held = peer_hold(&peer, &e);
	assert_true(held == -ESRCH || poll(&(struct pollfd){.fd = held, .events = POLLIN}, 1, 0) == 1);
	close(other);
	close(fd);
}

/* Where the kernel knows numbers alone: a dead one, one that nobody waits for, and one that is another user's by now. */
static void by_its_number_it_is_held_while_it_is_that_users_and_waits(void **state)
{
	struct peer peer, of_another;
	struct err e = {0};
	pid_t pid;
	int other, fd = peer_of_child(&peer, &pid, &other), held = peer_hold_by_number(&peer, &e);

	assert_true(held >= 0);
	close(held);
	of_another = peer;
	of_another.uid = 65534;
	assert_int_equal(peer_hold_by_number(&of_another, &e), -EPERM);
	kill(pid, SIGKILL);
	close(other);
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_int_equal(peer_hold_by_number(&peer, &e), -ESRCH); /* a zombie holds no socket */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(peer_hold_by_number(&peer, &e), -ESRCH);
	peer.pid = 0;
	assert_int_equal(peer_hold(&peer, &e), -EPERM);
	close(fd);
}

#define FILES(law) cmocka_unit_test_setup_teardown(law, set_up_files, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES(files_stay_in_their_connection_and_are_let_go_after_their_call),
		FILES(who_answers_late_takes_them_out_and_the_connection_ends_with_the_answer),
		FILES(another_number_of_files_than_is_needed_is_told),
		FILES(files_beside_anything_but_one_whole_call_are_let_go),
		FILES(files_of_oneway_calls_and_of_clients_that_leave_are_let_go),
		FILES(a_strangers_files_never_arrive),
		FILES(a_late_answer_comes_when_it_is_there_and_calls_wait_for_it),
		FILES(who_leaves_before_a_late_answer_is_told_of),
		cmocka_unit_test(the_process_that_asked_is_held_and_nobody_with_its_number),
		cmocka_unit_test(by_its_number_it_is_held_while_it_is_that_users_and_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
