/* The starter, as cgqd sees it: orders wait here, and one at a time is with it, so that no send ever waits. */
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "close_aside.h"
#include "fd_message.h"
#include "helper.h"
#include "starter_wire.h"

/* Longer than a hand may take in there: a starter that is silent for so long hangs itself. */
#define ORDER_USEC	UINT64_C(30000000)
#define ORDER_ACCURACY	UINT64_C(1000000)

struct asked {
	struct asked *next;
	struct starter_order order;
	int fds[START__DESCRIPTORS]; /* ours; -1: none */
	starter_kept *kept;	     /* of these four, the one that the order has */
	starter_done *done;
	starter_netted *netted;
	starter_started *started;
	void *ctx;
};

struct starter {
	sd_event *event;
	sd_event_source *source, *limit;
	struct helpers *helpers;
	bool runs;
	uint32_t serial;
	struct asked *first, **last; /* the first is with the starter */
};

static void asked_free(struct asked *a)
{
	close_aside(a->fds, ARRAY_SIZE(a->fds));
	free(a);
}

static int fd_of(const struct starter *s)
{
	return s->helpers->of[HELPER_STARTER].fd;
}

static struct asked *first_take(struct starter *s)
{
	struct asked *a = s->first;

	s->first = a->next;
	if (!s->first)
		s->last = &s->first;
	return a;
}

static void answer_give(struct asked *a, int error, pid_t pid, const struct net_result *net, const struct err *e)
{
	if (a->kept)
		a->kept(a->ctx, error, pid, e);
	if (a->done)
		a->done(a->ctx, error, e);
	if (a->netted)
		a->netted(a->ctx, error, error < 0 ? NULL : net, e);
	if (a->started)
		a->started(a->ctx, error, pid, e);
	asked_free(a);
}

static void process_end(struct starter *s)
{
	s->source = sd_event_source_disable_unref(s->source);
	s->limit = sd_event_source_disable_unref(s->limit);
	if (s->runs)
		helper_end(s->helpers, HELPER_STARTER);
	s->runs = false;
}

/* Whoever asks anew while he is told so, asks a new starter. */
static void process_lost(struct starter *s, const char *why)
{
	struct asked *all = s->first;
	struct err e = { 0 };

	process_end(s);
	s->first = NULL;
	s->last = &s->first;
	fail(&e, EPIPE, "the process that makes namespaces and starts programs %s", why);
	while (all) {
		struct asked *a = all;

		all = a->next;
		answer_give(a, -EPIPE, 0, NULL, &e);
	}
}

/* Brings the first to it. Descriptors are the starter's then. */
static void first_send(struct starter *s)
{
	struct asked *a = s->first;
	size_t n = 0;
	int r;

	if (!a)
		return;
	while (n < ARRAY_SIZE(a->fds) && a->fds[n] >= 0)
		n++;
	r = fd_message_send(fd_of(s), &a->order, sizeof(a->order), a->fds, n, MSG_DONTWAIT);
	if (r == 0)
		r = sd_event_source_set_time_relative(s->limit, ORDER_USEC);
	if (r == 0)
		r = sd_event_source_set_enabled(s->limit, SD_EVENT_ONESHOT);
	if (r < 0)
		process_lost(s, "cannot be told");
}

static int on_limit(sd_event_source *source, uint64_t usec, void *userdata)
{
	process_lost(userdata, "did not answer in time");
	return 0;
}

/* False: there is none. */
static bool answer_take(struct starter *s)
{
	struct starter_answer answer;
	struct err e = { 0 };
	size_t n;
	ssize_t got = fd_message_recv(fd_of(s), &answer, sizeof(answer), NULL, 0, &n, MSG_DONTWAIT);
	struct asked *a;

	if (got == -EAGAIN)
		return false;
	if (got != sizeof(answer) || !s->first || answer.serial != s->first->order.serial) {
		process_lost(s, "ended");
		return false;
	}
	sd_event_source_set_enabled(s->limit, SD_EVENT_OFF);
	answer.text[sizeof(answer.text) - 1] = '\0';
	if (answer.error < 0)
		fail(&e, -answer.error, "%s", answer.text);
	a = first_take(s);
	first_send(s);
	answer_give(a, answer.error, answer.pid, &answer.net, &e);
	return s->runs;
}

static int on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	while (answer_take(userdata))
		;
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void starter_wait(struct starter *s, unsigned ms)
{
	uint64_t now = now_ms(), end = now + ms;

	for (; s->runs && s->first && now < end; now = now_ms()) {
		struct pollfd wait = { .fd = fd_of(s), .events = POLLIN };

		if (poll(&wait, 1, (int)(end - now)) > 0)
			on_answer(NULL, wait.fd, 0, s);
	}
}

static int process_watch(struct starter *s)
{
	int r = sd_event_add_io(s->event, &s->source, fd_of(s), EPOLLIN, on_answer, s);

	if (r >= 0)
		r = sd_event_add_time_relative(s->event, &s->limit, CLOCK_MONOTONIC, ORDER_USEC, ORDER_ACCURACY, on_limit, s);
	if (r >= 0)
		r = sd_event_source_set_enabled(s->limit, SD_EVENT_OFF);
	return r < 0 ? r : 0;
}

static int process_start(struct starter *s, struct err *e)
{
	int r;

	if (s->runs)
		return 0;
	r = helper_open(s->helpers, HELPER_STARTER, e);
	if (r < 0)
		return r;
	s->runs = true;
	r = process_watch(s);
	if (r == 0)
		return 0;
	process_end(s);
	return fail(e, -r, "the starter: %s", strerror(-r));
}

static struct asked *asked_new(enum starter_order_kind kind, void *ctx)
{
	struct asked *a = must_alloc(sizeof(*a));

	a->order.kind = kind;
	a->ctx = ctx;
	for (unsigned i = 0; i < ARRAY_SIZE(a->fds); i++)
		a->fds[i] = -1;
	return a;
}

/* r: what went wrong until here. */
static int ask(struct starter *s, struct asked *a, int r, struct err *e)
{
	if (r == 0)
		r = process_start(s, e);
	if (r < 0) {
		asked_free(a);
		return r;
	}
	a->order.serial = ++s->serial;
	*s->last = a;
	s->last = &a->next;
	if (s->first == a)
		first_send(s);
	return 0;
}

static int text_put(char *place, size_t size, const char *text, struct err *e)
{
	if (text && strlen(text) >= size)
		return fail(e, ENAMETOOLONG, "'%.100s…' is longer than %zu bytes", text, size - 1);
	snprintf(place, size, "%s", text ? text : "");
	return 0;
}

#define PUT(a, field, text, r, e) ((r) < 0 ? (r) : text_put((a)->order.field, sizeof((a)->order.field), (text), (e)))

static int net_put(struct asked *a, const struct net *net, struct err *e)
{
	if (!net)
		return 0;
	a->order.has_net = true;
	a->order.net = *net;
	a->order.net.interface = NULL;
	return PUT(a, interface, net->interface, 0, e);
}

int starter_keep(struct starter *s, const struct starter_keep *q, starter_kept *answer, void *ctx, struct err *e)
{
	struct asked *a = asked_new(STARTER_KEEP, ctx);
	int r = PUT(a, group, q->group, 0, e);

	r = PUT(a, name, q->name, r, e);
	r = PUT(a, hostname, q->hostname, r, e);
	a->order.kinds = q->kinds;
	a->kept = answer;
	return ask(s, a, r, e);
}

int starter_net(struct starter *s, const struct starter_net *q, bool look, starter_netted *answer, void *ctx, struct err *e)
{
	struct asked *a = asked_new(STARTER_NET, ctx);
	int r = PUT(a, group, q->group, 0, e);

	r = PUT(a, path, q->path, r, e);
	r = PUT(a, link, q->link, r, e);
	r = r < 0 ? r : net_put(a, q->net, e);
	a->order.keeper = q->keeper;
	a->order.look = look;
	a->netted = answer;
	return ask(s, a, r, e);
}

int starter_forget(struct starter *s, const char *name, const char *link, starter_done *answer, void *ctx, struct err *e)
{
	struct asked *a = asked_new(STARTER_FORGET, ctx);
	int r = PUT(a, name, name, 0, e);

	r = PUT(a, link, link, r, e);
	a->done = answer;
	return ask(s, a, r, e);
}

static int namespaces_put(struct asked *a, const struct namespaces *n, struct err *e)
{
	int r = 0;

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		a->order.modes[kind] = n->modes[kind];
		r = PUT(a, paths[kind], n->modes[kind] == NAMESPACE_PATH ? n->paths[kind] : NULL, r, e);
	}
	return r;
}

/* The order may wait here: it has its own. */
static int files_put(struct asked *a, const struct starter_start *q, struct err *e)
{
	int from[START__DESCRIPTORS];

	memcpy(from, q->files, sizeof(q->files));
	from[START_CALLER] = q->caller_pidfd;
	from[START_CGROUP] = q->cgroup;
	a->order.cgroup = q->cgroup >= 0;
	for (unsigned i = 0; i < ARRAY_SIZE(from) - !a->order.cgroup; i++) {
		a->fds[i] = fcntl(from[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (a->fds[i] < 0)
			return fail(e, errno, "a descriptor for the starter: %s", strerror(errno));
	}
	return 0;
}

int starter_start(struct starter *s, const struct starter_start *q, starter_started *answer, void *ctx, struct err *e)
{
	struct asked *a = asked_new(STARTER_START, ctx);
	struct starter_order *o = &a->order;
	int r = PUT(a, group, q->group, 0, e);

	r = PUT(a, link, q->link, r, e);
	r = r < 0 ? r : net_put(a, q->net, e);
	r = r < 0 ? r : namespaces_put(a, q->namespaces, e);
	r = r < 0 ? r : files_put(a, q, e);
	o->keeper = q->keeper;
	o->like = q->like;
	o->caller = q->caller;
	o->uid = q->uid;
	o->gid = q->gid;
	o->terminal = q->terminal;
	a->started = answer;
	return ask(s, a, r, e);
}

/* Has no answer, and does not wait for those of others: a few bytes for which there is always room. */
int starter_go(struct starter *s, pid_t pid, bool go, struct err *e)
{
	const struct starter_order o = { .kind = STARTER_GO, .pid = pid, .go = go };
	int r;

	if (!s->runs)
		return fail(e, EPIPE, "the starter ended, and the program with it");
	r = fd_message_send(fd_of(s), &o, sizeof(o), NULL, 0, MSG_DONTWAIT);
	return r < 0 ? fail(e, -r, "the starter cannot be told: %s", strerror(-r)) : 0;
}

struct starter *starter_new(sd_event *event, struct helpers *helpers)
{
	struct starter *s = must_alloc(sizeof(*s));

	s->event = event;
	s->helpers = helpers;
	s->last = &s->first;
	return s;
}

void starter_free(struct starter *s)
{
	if (!s)
		return;
	process_end(s);
	while (s->first)
		asked_free(first_take(s));
	free(s);
}
