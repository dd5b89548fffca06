/* Orders to the starter, and when their answers come: by a starter that is a child of the test's. */
#include "policy_help.h"
#undef fail

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd_message.h"
#include "helper.h"
#include "starter_wire.h"

struct room {
	char folder[32], beside[64], path[64];
	sd_event *event;
	struct helpers helpers;
	struct starter *starter;
	pid_t child;
	bool asks;	  /* a call of starter.h is under way */
	unsigned kept, started;
	bool told_within; /* anybody was, by a call that asks */
	int error;
};

/* Greets, and answers each order with its kind as the pid; hangs instead of answering the one of number hangs_at. */
static _Noreturn void serve(int listening, unsigned hangs_at)
{
	static struct starter_order o;
	int fd = accept(listening, NULL, NULL), self = pidfd_open(getpid(), 0);
	const struct helper_hello hello = { .protocol = HELPER_PROTOCOL, .pid = getpid() };

	if (fd_message_send(fd, &hello, sizeof(hello), &self, 1, 0) < 0)
		_exit(1);
	for (unsigned n = 1; recv(fd, &o, sizeof(o), 0) == sizeof(o); n++) {
		const struct starter_answer answer = { .serial = o.serial, .pid = (pid_t)o.kind };

		if (n == hangs_at)
			pause();
		fd_message_send(fd, &answer, sizeof(answer), NULL, 0, 0);
	}
	_exit(0);
}

static void starter_there(struct room *r, unsigned hangs_at)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, r->path);
	unlink(r->path);
	assert_int_equal(bind(listening, (struct sockaddr *)&a, sizeof(a)), 0);
	chmod(r->path, 0600);
	assert_int_equal(listen(listening, 1), 0);
	r->child = fork();
	if (r->child == 0)
		serve(listening, hangs_at);
	close(listening);
}

static int set_up(void **state)
{
	struct room *r = must_alloc(sizeof(*r));

	strcpy(r->folder, "/tmp/cgq-test-starter-XXXXXX");
	assert_non_null(mkdtemp(r->folder));
	snprintf(r->beside, sizeof(r->beside), "%s/cgqd.sock", r->folder);
	snprintf(r->path, sizeof(r->path), "%s/starter.sock", r->folder);
	assert_true(sd_event_new(&r->event) >= 0);
	r->helpers.beside = r->beside;
	r->starter = starter_new(r->event, &r->helpers);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct room *r = *state;

	starter_free(r->starter);
	if (r->child > 0)
		waitpid(r->child, NULL, 0);
	unlink(r->path);
	rmdir(r->folder);
	sd_event_unref(r->event);
	free(r);
	return 0;
}

static void on_kept(void *ctx, int error, pid_t keeper, const struct err *e)
{
	struct room *r = ctx;

	r->kept++;
	r->error = error;
	r->told_within |= r->asks;
	assert_true(error || keeper == STARTER_KEEP);
}

static void on_started(void *ctx, int error, pid_t pid, const struct net_result *net, const struct err *e)
{
	struct room *r = ctx;

	r->started++;
	r->error = error;
	r->told_within |= r->asks;
	assert_true(error || pid == STARTER_START);
}

static void keep(struct room *r)
{
	const struct starter_keep q = { .group = "web", .name = "", .hostname = "web", .kinds = 1 };
	struct err e = { 0 };

	r->asks = true;
	assert_int_equal(starter_keep(r->starter, &q, on_kept, r, &e), 0);
	r->asks = false;
}

static void start(struct room *r)
{
	const struct namespaces namespaces = { 0 };
	struct starter_start q = { .group = "web", .namespaces = &namespaces, .cgroup = -1, .caller = getpid() };
	struct err e = { 0 };

	q.caller_pidfd = q.connection = pidfd_open(getpid(), 0);
	r->asks = true;
	assert_int_equal(starter_start(r->starter, &q, on_started, r, &e), 0);
	r->asks = false;
	close(q.caller_pidfd);
}

static void loop(struct room *r)
{
	while (sd_event_run(r->event, 200000) > 0)
		;
}

/* What it does would be in the midst of whatever waits: it places a process. */
static void a_start_is_told_of_by_the_loop_and_never_by_a_wait_for_others(void **state)
{
	struct room *r = *state;

	starter_there(r, 0);
	start(r);
	keep(r);
	start(r);
	keep(r);
	starter_wait(r->starter, 5000);
	assert_int_equal(r->kept, 2);
	assert_int_equal(r->started, 0);
	loop(r);
	assert_int_equal(r->kept, 2);
	assert_int_equal(r->started, 2);
	keep(r);
	starter_wait(r->starter, 5000);
	assert_int_equal(r->kept, 3);
	assert_int_equal(r->error, 0);
}

/* The one that asks is in the midst of its books. */
static void nobody_is_told_by_the_call_that_finds_the_starter_dead(void **state)
{
	struct room *r = *state;

	starter_there(r, 2);
	keep(r);
	starter_wait(r->starter, 5000);
	assert_int_equal(r->kept, 1);
	kill(r->child, SIGKILL);
	assert_int_equal(waitpid(r->child, NULL, 0), r->child);
	r->child = 0;
	keep(r);
	assert_false(r->told_within);
	starter_wait(r->starter, 5000);
	assert_int_equal(r->kept, 2);
	assert_int_equal(r->error, -EPIPE);
}

static void all_who_asked_are_told_by_the_loop_that_it_died(void **state)
{
	struct room *r = *state;

	starter_there(r, 1);
	start(r);
	keep(r);
	start(r);
	kill(r->child, SIGKILL);
	loop(r);
	assert_false(r->told_within);
	assert_int_equal(r->started, 2);
	assert_int_equal(r->kept, 1);
	assert_int_equal(r->error, -EPIPE);
	starter_there(r, 0); /* the dead one was waited for */
	keep(r);
	loop(r);
	assert_int_equal(r->kept, 2);
	assert_int_equal(r->error, 0);
}

#define LAW(law) cmocka_unit_test_setup_teardown(law, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAW(a_start_is_told_of_by_the_loop_and_never_by_a_wait_for_others),
		LAW(nobody_is_told_by_the_call_that_finds_the_starter_dead),
		LAW(all_who_asked_are_told_by_the_loop_that_it_died),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
