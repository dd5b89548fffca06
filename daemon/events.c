/* Process events from the kernel, by libnl. The only file that knows the process connector. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cgq/memory.h>

#include "clock.h"
#include "events.h"

#define BUFFER_BYTES (16 << 20) /* held all 10,001 events of a burst, where the default holds 84 */
#define EXECS_BYTES  (1 << 20)	/* what is lost there is told by the other socket too */
#define DATAGRAM_BYTES 256	/* one event each, of 76 bytes */
#define READ_A_CALL  16
#define READ_CALLS   1024	/* 16,384 events: 30 ms at 1.7 us */
/* All that the buffer holds, 43,690 messages of 768 bytes as the kernel counts them (twice what was asked for). */
#define LOST_CALLS   (4 * READ_CALLS)

/* The kernel answers LISTEN before sendmsg() returns; ten tries of 100 ms are for machines in great need. */
#define LISTEN_TRIES   10
#define LISTEN_WAIT_MS 100

#define WANTED_EVENTS                                                                                                \
	(PROC_EVENT_FORK | PROC_EVENT_EXEC | PROC_EVENT_UID | PROC_EVENT_GID | PROC_EVENT_COMM | PROC_EVENT_EXIT)

/* struct proc_input of Linux 6.6, which older headers lack; older kernels ignore a request of this length. */
struct filter_request {
	uint32_t op;
	uint32_t events;
};

/* Where one call of recvmmsg() puts what it takes: half the cost of libnl's own one message a call. */
struct inbox {
	struct mmsghdr heads[READ_A_CALL];
	struct iovec rooms[READ_A_CALL];
	struct sockaddr_nl from[READ_A_CALL];
	_Alignas(struct nlmsghdr) char bytes[READ_A_CALL][DATAGRAM_BYTES];
};

struct events {
	struct nl_sock *sock;
	struct inbox inbox;
	uint64_t forged;
	uint32_t wanted; /* bits of the kernel's: PROC_EVENT_… */
	uint32_t asked;	 /* number of the last request; its acknowledgement carries it */
	bool answered;
	uint32_t answer; /* positive errno */
	unsigned told;
	bool left;	 /* the last read stopped before the end */
	uint64_t filtered_ns; /* from when on they are, CLOCK_MONOTONIC; UINT64_MAX: they are not */
	void (*each)(void *ctx, const struct proc_event_told *ev);
	void *ctx;
};

/* There was room for this much of the union: what the kernel sent is at least that long. */
#define HAS(len, member) ((len) >= offsetof(struct proc_event, event_data) + sizeof(((struct proc_event *)0)->event_data.member))

/* False for what is about a thread, or too short, or of no interest. */
static bool event_read(const struct proc_event *ev, size_t len, uint64_t filtered_ns, struct proc_event_told *ret)
{
	*ret = (struct proc_event_told){.at_ns = ev->timestamp_ns};
	/* exec, id and exit begin with the same two numbers: of the thread and of its process */
	pid_t thread = ev->event_data.exec.process_pid;

	ret->pid = ev->event_data.exec.process_tgid;
	switch ((uint32_t)ev->what) {
	case PROC_EVENT_FORK:
		ret->kind = EVENT_FORK;
		ret->pid = ev->event_data.fork.child_tgid;
		ret->parent = ev->event_data.fork.parent_tgid;
		return HAS(len, fork) && ev->event_data.fork.child_pid == ret->pid;
	case PROC_EVENT_EXEC:
		ret->kind = EVENT_EXEC;
		return HAS(len, exec) && thread == ret->pid;
	case PROC_EVENT_UID:
	case PROC_EVENT_GID:
		ret->kind = EVENT_IDS;
		return HAS(len, id) && thread == ret->pid;
	case PROC_EVENT_COMM:
		ret->kind = EVENT_COMM;
		return HAS(len, comm) && thread == ret->pid;
	case PROC_EVENT_EXIT:
		ret->kind = EVENT_EXIT;
		ret->is_last = ret->at_ns > filtered_ns;
		/* only its beginning is needed, and it has grown over time */
		return HAS(len, exec) && (filtered_ns != UINT64_MAX || thread == ret->pid);
	}
	return false;
}

/* Acknowledgements go to every listener: ours carries our number plus one in ack (seq counts the CPU's messages). */
static void answer_read(struct events *v, const struct cn_msg *head, const struct proc_event *ev, size_t len)
{
	if (!HAS(len, ack) || head->ack != v->asked + 1)
		return;
	v->answered = true;
	v->answer = ev->event_data.ack.err;
}

static void payload_read(struct events *v, const char *bytes, size_t len)
{
	struct proc_event ev = {0};
	struct proc_event_told told;
	struct cn_msg head;

	/* 20 bytes of head put the event at an odd place: nothing may be looked at where it lies */
	if (len < sizeof(head))
		return;
	memcpy(&head, bytes, sizeof(head));
	bytes += sizeof(head);
	len -= sizeof(head);
	if (head.id.idx != CN_IDX_PROC || head.id.val != CN_VAL_PROC || head.len > len)
		return;
	len = head.len < sizeof(ev) ? head.len : sizeof(ev);
	memcpy(&ev, bytes, len);
	if (ev.what == PROC_EVENT_NONE) {
		answer_read(v, &head, &ev, len);
	} else if (event_read(&ev, len, v->filtered_ns, &told)) {
		v->told++;
		if (v->each)
			v->each(v->ctx, &told);
	}
}

/* The kernel stamps these messages NLMSG_DONE, so that libnl never calls them valid. */
static void datagram_read(struct events *v, unsigned at)
{
	const struct inbox *in = &v->inbox;
	int left = (int)in->heads[at].msg_len;

	/* anyone with CAP_NET_ADMIN may send; 0 is the kernel, whose have one length */
	if (in->from[at].nl_pid != 0 || in->heads[at].msg_hdr.msg_flags & MSG_TRUNC) {
		v->forged++;
		return;
	}
	for (struct nlmsghdr *m = (struct nlmsghdr *)in->bytes[at]; nlmsg_ok(m, left); m = nlmsg_next(m, &left))
		payload_read(v, nlmsg_data(m), (size_t)nlmsg_datalen(m));
}

static int request_send(struct events *v, const void *data, uint16_t len, struct err *e)
{
	char bytes[sizeof(struct cn_msg) + sizeof(struct filter_request)];
	struct cn_msg head = {
		.id = {CN_IDX_PROC, CN_VAL_PROC},
		.ack = ++v->asked,
		.len = len,
	};
	int r;

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), data, len);
	r = nl_send_simple(v->sock, NLMSG_DONE, 0, bytes, sizeof(head) + len);
	/* the connector listens in the first network namespace only; elsewhere this, or nothing at all, is the answer */
	if (r < 0 && errno == ECONNREFUSED)
		return fail(e, ECONNREFUSED, "process events: the kernel has none for this network namespace");
	if (r < 0)
		return fail(e, EIO, "process events: cannot ask the kernel: %s", nl_geterror(r));
	return 0;
}

/* Only the events that are wanted, where the kernel can do that (6.6 and later); else event_read() drops the others. */
static int filter_ask(struct events *v, struct err *e)
{
	const struct filter_request wanted = {PROC_CN_MCAST_LISTEN, v->wanted};

	return request_send(v, &wanted, sizeof(wanted), e);
}

static int listen_ask(struct events *v, struct err *e)
{
	const uint32_t op = PROC_CN_MCAST_LISTEN;

	return request_send(v, &op, sizeof(op), e);
}

/* The first n of it, before they are used for the first time, or again. */
static void inbox_clear(struct inbox *in, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		in->rooms[i] = (struct iovec){in->bytes[i], sizeof(in->bytes[i])};
		in->heads[i].msg_hdr = (struct msghdr){
			.msg_name = &in->from[i],
			.msg_namelen = sizeof(in->from[i]),
			.msg_iov = &in->rooms[i],
			.msg_iovlen = 1,
		};
	}
}

/*
 * Takes messages until none waits or enough were taken: also after a call that found fewer than it has room for, since what
 * went wrong in the midst of one is told by the next. Of execs alone, nobody asks what was lost, and mostly there is one: what
 * comes meanwhile leaves the socket readable.
 *
 * After a loss, the kernel drops whatever comes until all that it holds was read, and does not say so again
 * (NETLINK_S_CONGESTED): only what comes after that is told, or said to be lost. 0, -ENOBUFS when some were lost, else -errno.
 */
static int messages_take(struct events *v)
{
	bool has_more = true, lost = false;

	v->told = 0;
	v->left = false;
	for (int calls = 0; calls < (lost ? LOST_CALLS : READ_CALLS) && has_more; calls++) {
		int n = recvmmsg(events_fd(v), v->inbox.heads, READ_A_CALL, MSG_DONTWAIT, NULL);

		lost |= n < 0 && errno == ENOBUFS;
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return errno != EAGAIN ? -errno : lost ? -ENOBUFS : 0;
		for (int i = 0; i < n; i++)
			datagram_read(v, (unsigned)i);
		inbox_clear(&v->inbox, n > 0 ? (unsigned)n : 0);
		has_more = v->wanted != PROC_EVENT_EXEC || n == READ_A_CALL || lost;
	}
	v->left = has_more;
	return lost ? -ENOBUFS : 0;
}

static void answer_wait(struct events *v)
{
	struct pollfd p = {.fd = events_fd(v), .events = POLLIN};
	struct timespec from, now;
	long waited_ms = 0;

	clock_gettime(CLOCK_MONOTONIC, &from);
	while (!v->answered && waited_ms < LISTEN_WAIT_MS) {
		if (poll(&p, 1, (int)(LISTEN_WAIT_MS - waited_ms)) > 0)
			messages_take(v);
		clock_gettime(CLOCK_MONOTONIC, &now);
		waited_ms = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
	}
}

/*
 * Before 6.6 the kernel counts requests, and answers none while the count is below 1: where other programs said
 * good-bye more often than they came, asking again brings it up. For the same reason we never say good-bye: closing
 * does it since 6.6, and before, a count that is too high costs next to nothing and one too low is everyone's loss.
 */
static int subscribe(struct events *v, struct err *e)
{
	int r = 0;

	v->answered = false;
	for (int i = 0; i < LISTEN_TRIES && !v->answered && r == 0; i++) {
		r = listen_ask(v, e);
		if (r == 0)
			answer_wait(v);
	}
	if (r < 0)
		return r;
	if (!v->answered)
		return fail(e, ETIMEDOUT,
			    "process events: the kernel gives no answer: it has them for the first pid, user and network "
			    "namespace only, and for those with CAP_NET_ADMIN");
	if (v->answer)
		return fail(e, (int)v->answer, "process events: the kernel refuses: %s", strerror((int)v->answer));
	return filter_ask(v, e);
}

static void buffer_enlarge(struct nl_sock *sock, int bytes)
{
	int fd = nl_socket_get_fd(sock);

	/* without CAP_NET_ADMIN it is cut to net.core.rmem_max; a smaller one only loses more, which is noticed */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int socket_open(struct events *v, struct err *e)
{
	int r;

	nl_socket_disable_seq_check(v->sock);
	nl_socket_disable_auto_ack(v->sock);
	r = nl_connect(v->sock, NETLINK_CONNECTOR);
	if (r < 0)
		return fail(e, EIO, "process events: %s (needs CONFIG_PROC_EVENTS)", nl_geterror(r));
	buffer_enlarge(v->sock, v->wanted == PROC_EVENT_EXEC ? EXECS_BYTES : BUFFER_BYTES);
	nl_socket_set_nonblocking(v->sock);
	r = nl_socket_add_membership(v->sock, CN_IDX_PROC);
	if (r < 0)
		return fail(e, EPERM, "process events: %s (needs CAP_NET_ADMIN)", nl_geterror(r));
	return 0;
}

static struct events *new_of(uint32_t wanted, struct err *e)
{
	struct events *v = must_alloc(sizeof(*v));

	v->wanted = wanted;
	v->filtered_ns = UINT64_MAX;
	inbox_clear(&v->inbox, READ_A_CALL);
	v->sock = nl_socket_alloc();
	if (!v->sock)
		abort();
	/* so that an answer to another program's request is not taken for ours */
	v->asked = (uint32_t)getpid() << 8;
	if (socket_open(v, e) < 0 || subscribe(v, e) < 0) {
		events_free(v);
		return NULL;
	}
	return v;
}

struct events *events_new(struct err *e)
{
	return new_of(WANTED_EVENTS, e);
}

struct events *events_new_of_execs(struct err *e)
{
	return new_of(PROC_EVENT_EXEC, e);
}

void events_free(struct events *v)
{
	if (!v)
		return;
	nl_socket_free(v->sock);
	free(v);
}

int events_fd(const struct events *v)
{
	return nl_socket_get_fd(v->sock);
}

int events_read(struct events *v, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx, bool *lost,
		struct err *e)
{
	int r;

	v->each = each;
	v->ctx = ctx;
	r = messages_take(v);
	v->each = NULL;
	*lost = r == -ENOBUFS;
	if (r < 0 && !*lost)
		return fail(e, -r, "process events: cannot read: %s", strerror(-r));
	return (int)v->told;
}

bool events_are_left(const struct events *v)
{
	return v->left;
}

void events_are_filtered(struct events *v, bool filtered)
{
	v->filtered_ns = filtered ? clock_now_ns() : UINT64_MAX;
}

int events_renew(struct events *v, struct err *e)
{
	int r = listen_ask(v, e);

	return r < 0 ? r : filter_ask(v, e);
}

uint64_t events_forged(const struct events *v)
{
	return v->forged;
}
