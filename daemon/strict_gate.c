/* The gate: permission events become questions, and every one is answered in time. */
#include "strict_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fd_message.h"
#include "helper.h"
#include "strict_pending.h"
#include "text.h"

#define LIMIT_NS  (STRICT_LIMIT_MS * UINT64_C(1000000))
#define MOST_NS	  (STRICT_MOST_MS * UINT64_C(1000000))
/* An exec that looked for marks before the old ones went asks a moment later: the old group is read so long. */
#define LINGER_NS UINT64_C(1000000000)
/* What went on without an answer is told once a second. */
#define TELL_NS	  UINT64_C(1000000000)
/* Descriptors for all else than what waits. */
#define SPARE_FDS ((size_t)64)
#define EVENTS_AT_ONCE (SPARE_FDS / 2)

struct gate {
	int orders, questions;
	pid_t served;
	int usual;		 /* cgqd's way of being scheduled */
	bool hurries;		 /* it is scheduled before all others */
	int now, old, next;	 /* groups of events; -1: none. next is being made */
	uint64_t old_since_ns;
	uint64_t last_id, told_ns;
	uint64_t answered_ns;	 /* the last answer to one that waited for it */
	size_t room;		 /* so many may wait */
	struct gate_said went_on; /* count: not yet told */
	struct pending pending;
};

/* It is never refused: whoever could do so by stopping us would have a new power. */
static void allow(int group, int event)
{
	struct fanotify_response answer = { .fd = event, .response = FAN_ALLOW };

	if (write(group, &answer, sizeof(answer)) < 0)
		(void)errno; /* its process was killed meanwhile */
	close(event);
}

static void let_go_on(struct gate *g, const struct pending_one *one)
{
	uint32_t count = g->went_on.count;

	allow(one->group, one->event);
	g->went_on = one->said;
	g->went_on.kind = GATE_WENT_ON;
	g->went_on.count = count + 1;
}

static void tell_went_on(struct gate *g, uint64_t now)
{
	if (g->went_on.count == 0 || now < g->told_ns + TELL_NS ||
	    send(g->questions, &g->went_on, sizeof(g->went_on), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
	g->told_ns = now;
	g->went_on.count = 0;
}

/* The fourth field of stat, behind a name that may hold anything; 0 when it is gone. */
static pid_t parent_of(pid_t pid)
{
	char path[32], text[256];
	const char *at;
	uint64_t parent;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = memrchr(text, ')', (size_t)n);
	if (!at || strlen(at) < 5)
		return 0;
	at += strlen(") S ");
	text[(at - text) + (ptrdiff_t)strcspn(at, " ")] = '\0';
	return text_u64(at, &parent) == 0 ? (pid_t)parent : 0;
}

/* cgqd starts the health command by posix_spawn(), which waits until that has run. */
static bool is_of_served(const struct gate *g, pid_t pid)
{
	return pid <= 0 || pid == g->served || parent_of(pid) == g->served;
}

/* Without asking a server of a network file system: it may hang. */
static bool file_of(int event, struct gate_said *said)
{
	struct statx st;

	if (statx(event, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &st) < 0)
		return false;
	said->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	said->ino = st.stx_ino;
	return true;
}

static void asked(struct gate *g, int group, const struct fanotify_event_metadata *ev)
{
	struct pending_one one = { .group = group, .event = ev->fd };

	one.said = (struct gate_said){ .kind = GATE_ASKS, .id = ++g->last_id, .at_ns = clock_now_ns(), .pid = ev->pid };
	if (is_of_served(g, ev->pid) || !file_of(ev->fd, &one.said)) {
		allow(group, ev->fd);
		return;
	}
	if (send(g->questions, &one.said, sizeof(one.said), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 || !pending_add(&g->pending, &one))
		let_go_on(g, &one);
}

/*
 * No more at once than there is room for: an event for which the kernel finds no free descriptor is refused by it,
 * and so is the exec.
 */
static bool events_take(struct gate *g, int group)
{
	_Alignas(struct fanotify_event_metadata) char buf[EVENTS_AT_ONCE * sizeof(struct fanotify_event_metadata)];
	const struct fanotify_event_metadata *ev = (const void *)buf;
	ssize_t n = read(group, buf, sizeof(buf));

	for (; n > 0 && FAN_EVENT_OK(ev, n); ev = FAN_EVENT_NEXT(ev, n)) {
		if (ev->fd < 0)
			continue;
		if (ev->mask & FAN_OPEN_EXEC_PERM)
			asked(g, group, ev);
		else
			close(ev->fd);
	}
	return n > 0;
}

/* False when cgqd is gone. */
static bool answers_take(struct gate *g)
{
	struct pending_one one;
	uint64_t id;
	ssize_t n;

	while ((n = recv(g->questions, &id, sizeof(id), MSG_DONTWAIT)) == sizeof(id))
		if (pending_take(&g->pending, id, &one)) {
			allow(one.group, one.event);
			g->answered_ns = clock_now_ns();
		}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static int group_new(void)
{
	return fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS,
			     O_LARGEFILE | O_CLOEXEC); /* for reading */
}

static int32_t mark(struct gate *g, int file)
{
	if (g->next < 0)
		g->next = group_new();
	if (g->next < 0 || fanotify_mark(g->next, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, file, NULL) < 0)
		return errno;
	return 0;
}

/* Those that wait for it go on. */
static void old_end(struct gate *g)
{
	struct pending_one one;

	for (size_t i = g->pending.n; i-- > 0;)
		if (g->pending.list[i].group == g->old && pending_take(&g->pending, g->pending.list[i].said.id, &one))
			let_go_on(g, &one);
	if (g->old >= 0)
		close(g->old);
	g->old = -1;
}

/* First the new marks, then the old ones off: no file is without for a moment. */
static void commit(struct gate *g)
{
	if (g->next < 0)
		return;
	old_end(g);
	g->old = g->now;
	g->old_since_ns = clock_now_ns();
	g->now = g->next;
	g->next = -1;
	if (g->old >= 0)
		fanotify_mark(g->old, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL);
}

static void old_end_when_quiet(struct gate *g, uint64_t now)
{
	if (g->old >= 0 && now >= g->old_since_ns + LINGER_NS && !pending_has_group(&g->pending, g->old))
		old_end(g);
}

static void order_done(struct gate *g, const struct gate_done *done)
{
	if (send(g->orders, done, sizeof(*done), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		(void)errno; /* cgqd waits for it, and will end us */
}

/* False when cgqd is gone. */
static bool orders_take(struct gate *g)
{
	int files[GATE_FILES_MAX];
	struct gate_order order;
	size_t n_files;
	ssize_t n;

	while ((n = fd_message_recv(g->orders, &order, sizeof(order), files, GATE_FILES_MAX, &n_files, MSG_DONTWAIT)) == sizeof(order)) {
		struct gate_done done = { .serial = order.serial };

		for (size_t i = 0; i < n_files; i++) {
			done.errors[i] = mark(g, files[i]);
			close(files[i]);
		}
		if (order.kind == GATE_COMMIT)
			commit(g);
		order_done(g, &done);
	}
	return n == -EAGAIN;
}

/* The oldest is the first whose time is up. */
static uint64_t time_is_up_ns(const struct gate *g)
{
	uint64_t asked_ns = g->pending.list[0].said.at_ns;
	uint64_t from_ns = g->answered_ns > asked_ns ? g->answered_ns : asked_ns;

	return from_ns + LIMIT_NS < asked_ns + MOST_NS ? from_ns + LIMIT_NS : asked_ns + MOST_NS;
}

static void overdue_let_go_on(struct gate *g, uint64_t now)
{
	struct pending_one one;

	while (g->pending.n > 0 && time_is_up_ns(g) <= now && pending_take_old(&g->pending, now, &one))
		let_go_on(g, &one);
}

/* Until the next has waited long enough, or something is to be told or ended. */
static int wait_ms(const struct gate *g, uint64_t now)
{
	uint64_t until = UINT64_MAX;

	if (g->pending.n > 0)
		until = time_is_up_ns(g);
	if (g->went_on.count > 0 && g->told_ns + TELL_NS < until)
		until = now + TELL_NS / 10;
	if (g->old >= 0 && now + LINGER_NS < until)
		until = now + LINGER_NS;
	if (until == UINT64_MAX)
		return -1;
	return until <= now ? 0 : (int)((until - now) / 1000000 + 1);
}

/* priority 0: the usual way. Where real-time priority is refused, all goes on without. */
static void schedule(pid_t pid, int policy, int priority)
{
	const struct sched_param as = { .sched_priority = priority };

	if (sched_setscheduler(pid, policy, &as) < 0)
		(void)errno;
}

/*
 * While anybody waits for cgqd, its main thread runs before all others, as the gate always does: a burst of a thousand execs is a
 * thousand processes that want a CPU, and whoever stands in line with them has his turn every 10 ms. That ends with the last
 * who waits, which is soon, see STRICT_LIMIT_MS.
 */
static void hurry(struct gate *g, bool on)
{
	const int policy = g->usual & ~SCHED_RESET_ON_FORK;

	if (on == g->hurries || g->usual < 0 || policy == SCHED_FIFO || policy == SCHED_RR)
		return;
	g->hurries = on;
	if (on)
		schedule(g->served, STRICT_HURRY, STRICT_HURRY_PRIORITY);
	else
		schedule(g->served, g->usual, 0);
}

/* Who is not read yet waits in the kernel, and asks once there is. */
static bool has_room(const struct gate *g)
{
	return g->pending.n < g->room;
}

/* As many descriptors as it may have. */
static size_t room_find(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return PENDING_MAX - EVENTS_AT_ONCE;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= PENDING_MAX + SPARE_FDS + GATE_FILES_MAX)
		return PENDING_MAX - EVENTS_AT_ONCE;
	return limit.rlim_cur > 2 * (SPARE_FDS + GATE_FILES_MAX) ? limit.rlim_cur - SPARE_FDS - GATE_FILES_MAX : 1;
}

/* The first order, which brings the socket for questions. */
static int begin(struct gate *g)
{
	struct gate_order order;
	struct gate_done done = { 0 };
	size_t n_files;
	ssize_t n = fd_message_recv(g->orders, &order, sizeof(order), &g->questions, 1, &n_files, 0);

	if (n <= 0)
		return (int)n;
	if (n != sizeof(order) || order.kind != GATE_BEGIN || n_files != 1)
		return -EPROTO;
	done.serial = order.serial;
	order_done(g, &done);
	return 1;
}

int gate_run(int orders)
{
	static struct gate g = { .now = -1, .old = -1, .next = -1 };
	int r;

	g.orders = orders;
	r = begin(&g);
	if (r <= 0)
		return r;
	g.served = helper_served(orders);
	g.usual = sched_getscheduler(g.served);
	g.room = room_find();
	schedule(0, SCHED_FIFO, 2); /* above cgqd, whose time limit it keeps */
	for (;;) {
		struct pollfd wait[] = {
			{ .fd = g.orders, .events = POLLIN },
			{ .fd = g.questions, .events = POLLIN },
			{ .fd = has_room(&g) ? g.now : -1, .events = POLLIN },
			{ .fd = has_room(&g) ? g.old : -1, .events = POLLIN },
		};
		uint64_t now = clock_now_ns();

		poll(wait, sizeof(wait) / sizeof(wait[0]), wait_ms(&g, now));
		if (!answers_take(&g) || !orders_take(&g))
			return 0; /* the process ends, and everybody goes on */
		now = clock_now_ns();
		overdue_let_go_on(&g, now);
		/* Not those that an order has just ended. */
		if (wait[2].revents && wait[2].fd == g.now && has_room(&g))
			events_take(&g, g.now);
		if (wait[3].revents && wait[3].fd == g.old && has_room(&g))
			events_take(&g, g.old);
		hurry(&g, g.pending.n > 0);
		tell_went_on(&g, now);
		old_end_when_quiet(&g, now);
	}
}
