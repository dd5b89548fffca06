/* The starter's loop: orders in their turn, each by a hand of its own; the start of a client's program holds up no other. */
#include "starter_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "call_files.h"
#include "fd_message.h"
#include "net_apply.h"
#include "netns.h"
#include "starter_caps.h"
#include "starter_hand.h"
#include "starter_mounts.h"

/* A hand does some system calls, and net_apply() some messages to the kernel; one that takes so long is ended. */
#define HAND_SECONDS 20
/* Programs that wait for cgqd to place them, and keepers to be written down: it does so at once. */
#define WAITING_MAX  512
/* Hands that could not start a program, and still close what is the client's: of one user, and of all but root. */
#define CLOSING_USER_MAX 8
#define CLOSING_MAX	 64

/*
 * CHOWN: a terminal is its user's. KILL: hands are ended. SYS_CHROOT: setns() into a mount namespace. SYS_PTRACE: looks at namespaces
 * of other users' processes. SYS_RESOURCE, SYS_NICE: limits and scheduling of the caller, which may be beyond ours. AUDIT_CONTROL: its
 * loginuid, where ours is set. The bounding set stays whole: it is what a caller's root program may have.
 */
#define STARTER_CAPS                                                                                                   \
	(CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) |                 \
	 CAP_BIT(CAP_SETPCAP) | CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SYS_CHROOT) |                     \
	 CAP_BIT(CAP_SYS_PTRACE) | CAP_BIT(CAP_SYS_RESOURCE) | CAP_BIT(CAP_SYS_NICE) |              \
	 CAP_BIT(CAP_AUDIT_CONTROL))

struct starter_process {
	int fd;
	unsigned n;
	struct waiting {
		struct start_known {
			uint32_t serial;
			uid_t uid;
		} start;
		uint64_t until_ms; /* 0: it has answered, and waits for GO */
		pid_t pid;	   /* then */
		int hand, pidfd;   /* pidfd: until then, else -1 */
	} waiting[WAITING_MAX];
	unsigned n_closing;
	struct closing {
		uid_t uid;
		int pidfd;
	} closing[CLOSING_MAX];
};

void hand_answer(int hand, int error, pid_t pid, const struct net_result *net, const struct err *e)
{
	struct hand_answer answer = { .error = error, .pid = pid };

	if (net)
		answer.net = *net;
	if (error < 0)
		snprintf(answer.text, sizeof(answer.text), "%s", e->text);
	send(hand, &answer, sizeof(answer), MSG_NOSIGNAL);
}

static int netns_of(const struct starter_order *o, struct err *e)
{
	return o->keeper.pid > 0 ? namespace_open(&o->keeper, NAMESPACE_NET, e) : namespace_open_path(o->path, e);
}

/* `ip netns delete` takes it from whatever runs in there, and from a service that is prepared to start there. */
static int name_mend(const struct starter_order *o, int netns, struct net_result *ret, struct err *e)
{
	int r = o->name[0] && !o->look ? netns_name_mend(o->name, netns, e) : 0;

	if (r > 0 && !ret->changes++)
		snprintf(ret->first, sizeof(ret->first), "/run/netns/%.120s is missing", o->name);
	return r < 0 ? r : 0;
}

static int net_make(const struct starter_order *o, struct net_result *ret, struct err *e)
{
	const struct starter_net q = { .group = o->group, .link = o->link, .net = &o->net };
	auto_fd int netns = netns_of(o, e);
	int r = netns;

	if (r >= 0)
		r = o->look ? net_look(&q, netns, ret, e) : net_apply(&q, netns, ret, e);
	return r < 0 ? r : name_mend(o, netns, ret, e);
}

/* The name also where the link cannot be taken. */
static int forget(const struct starter_order *o, struct err *e)
{
	int link = o->link[0] ? net_forget(o->link, e) : 0;
	int name = o->name[0] ? netns_name_take(o->name, link == 0 ? e : NULL) : 0;

	return link < 0 ? link : name;
}

/* The other programs wait on theirs: an end of it here would hide that the starter is gone. */
static void hand_begin(struct starter_process *s)
{
	signal(SIGCHLD, SIG_DFL);
	close(s->fd);
	for (unsigned i = 0; i < s->n; i++) {
		close(s->waiting[i].hand);
		if (s->waiting[i].pidfd >= 0)
			close(s->waiting[i].pidfd);
	}
	for (unsigned i = 0; i < s->n_closing; i++)
		close(s->closing[i].pidfd);
}

/*
 * The order was only looked at so far: what is beside it is taken here, and the client's files from its connection. One of them may
 * be of a file system of its own, which hangs whoever closes it.
 */
static void files_take(const struct starter_process *s, int fds[START__DESCRIPTORS])
{
	static struct starter_order again;
	int beside[START__BESIDE];
	size_t n = 0;

	for (unsigned i = 0; i < START__DESCRIPTORS; i++)
		fds[i] = -1;
	if (fd_message_recv(s->fd, &again, sizeof(again), beside, START__BESIDE, &n, 0) < 0 || n <= BESIDE_CALLER)
		return;
	fds[START_CALLER] = beside[BESIDE_CALLER];
	if (n > BESIDE_CGROUP)
		fds[START_CGROUP] = beside[BESIDE_CGROUP];
	if (call_files_take(beside[BESIDE_CONNECTION], again.call_bytes, fds, START_FILES) < 0)
		fds[0] = -1; /* which says that they are missing */
	close(beside[BESIDE_CONNECTION]);
}

static _Noreturn void hand_run(struct starter_process *s, const struct starter_order *o, int hand)
{
	int fds[START__DESCRIPTORS];
	struct net_result net = { 0 };
	struct err e = { 0 };
	int r = 0;

	if (o->kind == STARTER_START) {
		files_take(s, fds);
		hand_answer(hand, 0, 0, NULL, NULL); /* they are taken: the next order may come */
	}
	hand_begin(s);
	switch ((enum starter_order_kind)o->kind) {
	case STARTER_KEEP:
		r = keep_make(o, hand, &e);
		if (r == 0)
			_exit(0);
		break;
	case STARTER_NET:
		r = net_make(o, &net, &e);
		break;
	case STARTER_FORGET:
		r = forget(o, &e);
		break;
	case STARTER_START:
		start_run(o, fds, hand);
	case STARTER_GO:
		break;
	}
	hand_answer(hand, r, 0, &net, &e);
	_exit(0);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int hand_heard(int hand, int ms, struct hand_answer *ret)
{
	struct pollfd wait = { .fd = hand, .events = POLLIN };
	int n;

	while ((n = poll(&wait, 1, ms)) < 0 && errno == EINTR)
		;
	if (n == 0)
		return -ETIMEDOUT;
	if (recv(hand, ret, sizeof(*ret), MSG_DONTWAIT) != sizeof(*ret))
		return -ECHILD;
	ret->text[sizeof(ret->text) - 1] = '\0';
	return 0;
}

static void hand_failed(int error, int pidfd, struct hand_answer *ret)
{
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	*ret = (struct hand_answer){ .error = error };
	snprintf(ret->text, sizeof(ret->text), "%s", error == -ETIMEDOUT ? "it took too long" : "the process for it ended");
}

static void closing_trim(struct starter_process *s)
{
	for (unsigned i = 0; i < s->n_closing;) {
		struct pollfd ended = { .fd = s->closing[i].pidfd, .events = POLLIN };

		if (poll(&ended, 1, 0) == 0) {
			i++;
			continue;
		}
		close(ended.fd);
		s->closing[i] = s->closing[--s->n_closing];
	}
}

/* A file that never closes hangs its hand for good: somebody could make them without end. */
static int closing_refuse(struct starter_process *s, const struct starter_order *o, struct err *e)
{
	unsigned same = 0;

	closing_trim(s);
	for (unsigned i = 0; i < s->n_closing; i++)
		same += s->closing[i].uid == o->uid;
	if (o->uid == 0 || (same < CLOSING_USER_MAX && s->n_closing < CLOSING_MAX))
		return 0;
	return fail(e, EBUSY, "files that came with earlier programs are not closed yet: their file system does not answer");
}

/* The pidfd of a hand that could not start a program. */
static void hand_leave(struct starter_process *s, uid_t uid, int pidfd)
{
	if (uid != 0 && s->n_closing < CLOSING_MAX)
		s->closing[s->n_closing++] = (struct closing){ .uid = uid, .pidfd = pidfd };
	else
		close(pidfd);
}

static int hand_make(struct starter_process *s, const struct starter_order *o, int *ret_hand, int *ret_pidfd)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = starter_clone(0, -1, ret_pidfd);
	if (pid == 0) {
		close(pair[0]);
		hand_run(s, o, pair[1]);
	}
	close(pair[1]);
	*ret_hand = pair[0];
	if (pid < 0)
		close(pair[0]);
	return pid < 0 ? (int)pid : 0;
}

/*
 * 0: what there is to answer is in ret. 1: a START's own is heard later, by waiting_look(): what its client gives, or does to it,
 * may hold it up, and is to hold up nobody else.
 */
static int hand_do(struct starter_process *s, const struct starter_order *o, struct hand_answer *ret)
{
	int hand = -1, pidfd = -1, r = hand_make(s, o, &hand, &pidfd);

	if (r < 0)
		return r;
	r = hand_heard(hand, HAND_SECONDS * 1000, ret);
	if (r < 0)
		hand_failed(r, pidfd, ret);
	if (r == 0 && o->kind == STARTER_START) {
		s->waiting[s->n++] = (struct waiting){ .start = { o->serial, o->uid }, .until_ms = now_ms() + HAND_SECONDS * UINT64_C(1000),
						       .hand = hand, .pidfd = pidfd };
		return 1;
	}
	if (o->kind == STARTER_START)
		hand_leave(s, o->uid, pidfd);
	else
		close(pidfd);
	if (ret->error == 0 && o->kind == STARTER_KEEP)
		s->waiting[s->n++] = (struct waiting){ .pid = ret->pid, .hand = hand, .pidfd = -1 };
	else
		close(hand);
	return 0;
}

static void waiting_end(struct starter_process *s, struct waiting *w)
{
	close(w->hand);
	*w = s->waiting[--s->n];
}

static void go(struct starter_process *s, const struct starter_order *o)
{
	for (unsigned i = 0; i < s->n; i++)
		if (!s->waiting[i].until_ms && s->waiting[i].pid == o->pid) {
			send(s->waiting[i].hand, &o->go, sizeof(o->go), MSG_NOSIGNAL | MSG_DONTWAIT);
			waiting_end(s, &s->waiting[i]);
			return;
		}
}

static void order_answer(struct starter_process *s, uint32_t serial, const struct hand_answer *said)
{
	struct starter_answer answer = { .serial = serial, .error = said->error, .pid = said->pid, .net = said->net };

	memcpy(answer.text, said->text, sizeof(answer.text));
	fd_message_send(s->fd, &answer, sizeof(answer), NULL, 0, 0);
}

static void order_take(struct starter_process *s, struct starter_order *o)
{
	struct hand_answer said = { 0 };
	struct err e = { 0 };
	int r = starter_order_check(o, &e);
	bool named;

	if (r == 0 && o->kind == STARTER_GO) {
		go(s, o);
		return;
	}
	if (r == 0 && (o->kind == STARTER_START || o->kind == STARTER_KEEP) && s->n == WAITING_MAX)
		r = fail(&e, EBUSY, "%d programs wait to be placed already", WAITING_MAX);
	if (r == 0 && o->kind == STARTER_START)
		r = closing_refuse(s, o, &e);
	named = r == 0 && o->kind == STARTER_KEEP && netns_name_exists(o->name);
	if (r == 0)
		r = hand_do(s, o, &said);
	if (o->kind == STARTER_KEEP && r == 0 && said.error < 0 && !named)
		netns_name_take(o->name, NULL); /* also by a hand that was killed in the middle of it */
	if (r < 0) {
		said.error = r;
		snprintf(said.text, sizeof(said.text), "%s", e.text[0] ? e.text : strerror(-r));
	}
	if (r <= 0)
		order_answer(s, o->serial, &said);
}

/* What the hand of a START has not taken, and all else; descriptors without room are let go by the kernel, in nobody's name. */
static ssize_t order_drop(int fd, const struct starter_order *done)
{
	struct starter_order next;
	ssize_t got = recv(fd, &next, sizeof(next), MSG_PEEK | MSG_DONTWAIT);

	if (got == sizeof(next) && next.serial == done->serial && next.kind == done->kind)
		got = recv(fd, &next, sizeof(next), MSG_DONTWAIT);
	return got;
}

/* What a hand that was given time says, or that this is over. */
static void waiting_look(struct starter_process *s, struct waiting *w, bool heard)
{
	struct hand_answer said = { 0 };
	int r;

	if (!w->until_ms || (!heard && now_ms() < w->until_ms))
		return;
	r = hand_heard(w->hand, 0, &said);
	if (r < 0)
		hand_failed(r, w->pidfd, &said);
	order_answer(s, w->start.serial, &said);
	if (said.error < 0) {
		hand_leave(s, w->start.uid, w->pidfd);
		waiting_end(s, w);
		return;
	}
	close(w->pidfd);
	*w = (struct waiting){ .pid = said.pid, .hand = w->hand, .pidfd = -1 };
}

/* True: there is an order. The last one first, since one that ends is replaced by it. */
static bool order_wait(struct starter_process *s)
{
	static struct pollfd wait[1 + WAITING_MAX];
	uint64_t now = now_ms(), first = UINT64_MAX;
	unsigned n = s->n;

	wait[0] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
	for (unsigned i = 0; i < n; i++) {
		bool works = s->waiting[i].until_ms;

		wait[1 + i] = (struct pollfd){ .fd = works ? s->waiting[i].hand : -1, .events = POLLIN };
		if (works && s->waiting[i].until_ms < first)
			first = s->waiting[i].until_ms;
	}
	if (poll(wait, 1 + n, first == UINT64_MAX ? -1 : first > now ? (int)(first - now) : 0) < 0)
		return false;
	for (unsigned i = n; i-- > 0;)
		waiting_look(s, &s->waiting[i], wait[1 + i].revents);
	return wait[0].revents;
}

int starter_run(int fd)
{
	static struct starter_process s;
	static struct starter_order order;
	struct err e;
	ssize_t got;

	s.fd = fd;
	signal(SIGCHLD, SIG_IGN); /* nobody is left to be reaped */
	signal(SIGPIPE, SIG_IGN);
	if (mounts_spare(&e) < 0 || caps_keep_only(STARTER_CAPS, &e) < 0)
		return -e.code;
	do {
		while (!order_wait(&s))
			;
		got = recv(fd, &order, sizeof(order), MSG_PEEK);
		if (got == sizeof(order)) {
			order_take(&s, &order);
			order_drop(fd, &order);
		}
	} while (got == sizeof(order));
	return got < 0 ? -errno : 0;
}
