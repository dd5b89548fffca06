/* Laws of process events, heard from the kernel of this host. Skipped where it has none to give (a container). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include <cgq/auto.h>

#include "events.h"

static struct events *events_or_skip(void)
{
	struct events *v = geteuid() == 0 ? events_new(NULL) : NULL;

	if (!v)
		skip();
	return v;
}

/* What was heard of one process. */
struct heard {
	pid_t pid;
	char kinds[64]; /* "FXIC-" by event_kind */
	pid_t parent;
	uint64_t first_ns, last_ns;
};

static void hear(void *ctx, const struct proc_event_told *ev)
{
	struct heard *h = ctx;
	size_t n = strlen(h->kinds);

	if (ev->pid != h->pid || n + 1 >= sizeof(h->kinds))
		return;
	h->kinds[n] = "FXIC-"[ev->kind];
	if (ev->kind == EVENT_FORK)
		h->parent = ev->parent;
	if (n == 0)
		h->first_ns = ev->at_ns;
	h->last_ns = ev->at_ns;
}

/* Reads until the end of that process was told. */
static void hear_all_of(struct events *v, struct heard *h)
{
	struct pollfd p = {.fd = events_fd(v), .events = POLLIN};
	bool lost = false;

	while (!strchr(h->kinds, '-')) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		assert_true(events_read(v, hear, h, &lost, NULL) >= 0);
		assert_false(lost);
	}
}

static void hears_a_child(struct events *v)
{
	struct heard h = {.pid = fork()};

	if (h.pid == 0)
		_exit(0);
	waitpid(h.pid, NULL, 0);
	hear_all_of(v, &h);
	assert_string_equal(h.kinds, "F-");
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void *thread_ends(void *unused)
{
	prctl(PR_SET_NAME, "thread");
	return NULL;
}

/* A life that is to be told: fork, comm, gid, uid, exec (and its comm), exit; and a thread, which is not. */
static void life_lead(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_ends, NULL) != 0)
		_exit(1);
	pthread_join(thread, NULL);
	prctl(PR_SET_NAME, "renamed");
	if (setgid(65534) < 0 || setuid(65534) < 0)
		_exit(1);
	execl("/bin/true", "true", NULL);
	_exit(1);
}

static void the_life_of_a_process_is_told_in_order_and_no_thread(void **state)
{
	struct events *v = events_or_skip();
	uint64_t before = now_ns();
	struct heard h = {.pid = fork()};
	int status = 0;

	assert_true(h.pid >= 0);
	if (h.pid == 0)
		life_lead();
	hear_all_of(v, &h);
	waitpid(h.pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(h.parent, getpid());
	/* the kernel may tell of comm in exec as well */
	assert_true(strncmp(h.kinds, "FCIIX", 5) == 0 || strncmp(h.kinds, "FCIICX", 6) == 0);
	assert_int_equal(h.kinds[strlen(h.kinds) - 1], '-');
	/* CLOCK_MONOTONIC it is */
	assert_true(before <= h.first_ns && h.first_ns <= h.last_ns && h.last_ns <= now_ns());
	events_free(v);
}

static void count(void *ctx, const struct proc_event_told *ev)
{
	(*(unsigned *)ctx)++;
}

/* As root in another program could: the same bytes the kernel sends, but from a process. */
static int forge(uint32_t group, uint32_t pid, size_t len)
{
	auto_fd int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = group, .nl_pid = pid};
	struct nlmsghdr head = {.nlmsg_type = NLMSG_DONE};
	struct cn_msg cn = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(struct proc_event)};
	struct proc_event ev = {.what = PROC_EVENT_FORK};
	char bytes[8192] = "";

	ev.event_data.fork.child_pid = ev.event_data.fork.child_tgid = 4000000;
	head.nlmsg_len = (uint32_t)len;
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), &cn, sizeof(cn));
	memcpy(bytes + sizeof(head) + sizeof(cn), &ev, sizeof(ev));
	return sendto(fd, bytes, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

static void a_forged_event_is_counted_and_not_told(void **state)
{
	const size_t full = sizeof(struct nlmsghdr) + sizeof(struct cn_msg) + sizeof(struct proc_event);
	struct events *v = events_or_skip();
	struct sockaddr_nl own;
	socklen_t own_len = sizeof(own);
	struct heard h = {.pid = 4000000};
	int rounds = 0;
	bool lost;

	assert_int_equal(getsockname(events_fd(v), (struct sockaddr *)&own, &own_len), 0);
	assert_int_equal(forge(0, own.nl_pid, full), 0);
	assert_int_equal(forge(0, own.nl_pid, sizeof(struct nlmsghdr)), 0);
	assert_int_equal(forge(0, own.nl_pid, full - 1), 0);
	/* longer than any of the kernel's */
	assert_int_equal(forge(0, own.nl_pid, 8192), 0);
	while (events_forged(v) < 4 && rounds++ < 100)
		assert_true(events_read(v, hear, &h, &lost, NULL) >= 0);
	assert_int_equal(events_forged(v), 4);
	assert_string_equal(h.kinds, "");
	events_free(v);
}

static void lost_events_are_told_and_reading_goes_on(void **state)
{
	struct events *v = events_or_skip();
	struct heard h = {0};
	int small = 2048, large = 16 << 20, rounds = 0;
	bool lost = false;

	assert_int_equal(setsockopt(events_fd(v), SOL_SOCKET, SO_RCVBUFFORCE, &small, sizeof(small)), 0);
	for (int i = 0; i < 30; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	while (!lost && rounds++ < 10)
		assert_true(events_read(v, hear, &h, &lost, NULL) >= 0);
	assert_true(lost);
	/* the rest of the machine forks too, and shall not overflow it again */
	assert_int_equal(setsockopt(events_fd(v), SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)), 0);
	while (events_read(v, hear, &h, &lost, NULL) > 0)
		;
	hears_a_child(v);
	events_free(v);
}

static void asking_again_does_no_harm(void **state)
{
	struct events *v = events_or_skip(), *other = events_new(NULL);

	assert_non_null(other);
	for (int i = 0; i < 3; i++)
		assert_int_equal(events_renew(v, NULL), 0);
	/* and when one listener leaves, the other still hears */
	events_free(other);
	hears_a_child(v);
	events_free(v);
}

static void nothing_to_read_is_no_failure(void **state)
{
	struct events *v = events_or_skip();
	unsigned n = 0;
	bool lost = true;

	while (events_read(v, count, &n, &lost, NULL) > 0)
		;
	assert_false(lost);
	events_free(v);
	events_free(NULL);
}

/* 0 if events_new() fails with a text, in a child for which unshare(flags) was done. */
static int refusal_in(int flags)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct err e = {0};

		if (unshare(flags) < 0)
			_exit(77);
		/* a new pid namespace is for children only */
		if (flags & CLONE_NEWPID && (pid = fork()) != 0) {
			waitpid(pid, &status, 0);
			_exit(WEXITSTATUS(status));
		}
		struct events *v = events_new(&e);

		if (!v)
			fprintf(stderr, "%s\n", e.text);
		_exit(v != NULL || e.code == 0 || !e.text[0]);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void in_another_namespace_it_says_that_nothing_will_come(void **state)
{
	events_free(events_or_skip());
	assert_int_equal(refusal_in(CLONE_NEWPID), 0);
	assert_int_equal(refusal_in(CLONE_NEWNET), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_life_of_a_process_is_told_in_order_and_no_thread),
		cmocka_unit_test(a_forged_event_is_counted_and_not_told),
		cmocka_unit_test(lost_events_are_told_and_reading_goes_on),
		cmocka_unit_test(asking_again_does_no_harm),
		cmocka_unit_test(nothing_to_read_is_no_failure),
		cmocka_unit_test(in_another_namespace_it_says_that_nothing_will_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
