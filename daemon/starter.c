/* The starter, as cgqd sees it: orders wait here, and few at a time are with it, so that no send ever waits. */
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

#include "fd_message.h"
#include "helper.h"
#include "starter_queue.h"

/* Longer than a hand may take in there: a starter that is silent for so long hangs itself. */
#define ORDER_USEC	UINT64_C(30000000)
#define ORDER_ACCURACY	UINT64_C(1000000)

struct starter {
	sd_event *event;
	sd_event_source *source, *limit;
	sd_event_source *telling; /* on while anybody is among the answered */
	struct helpers *helpers;
	bool runs;
	uint32_t serial;
	struct questions open;
	struct questions answered; /* who asked is still to be told */
};

static void question_free(struct question *a)
{
	for (unsigned i = 0; i < ARRAY_SIZE(a->fds); i++)
		auto_close(&a->fds[i]);
	free(a);
}

static int fd_of(const struct starter *s)
{
	return s->helpers->of[HELPER_STARTER].fd;
}

static void answer_give(struct question *q)
{
	int error = q->answer.error;

	if (q->kept)
		q->kept(q->ctx, error, q->answer.pid, &q->why);
	if (q->done)
		q->done(q->ctx, error, &q->why);
	if (q->netted)
		q->netted(q->ctx, error, error < 0 ? NULL : &q->answer.net, &q->why);
	if (q->started)
		q->started(q->ctx, error, q->answer.pid, error < 0 ? NULL : &q->answer.net, &q->why);
	question_free(q);
}

/* One a turn of the loop: what is done by it may ask anew, or wait for other answers. */
static int on_telling(sd_event_source *source, void *userdata)
{
	struct starter *s = userdata;
	struct question *q = s->answered.first ? queue_first(&s->answered) : NULL;

	if (s->answered.first)
		sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	if (q)
		answer_give(q);
	return 0;
}

/* One that was open has its answer, and is told from the loop. */
static void answered(struct starter *s, struct question *q, const struct starter_answer *answer, const struct err *why)
{
	q->answer = *answer;
	q->why = *why;
	queue_put(&s->answered, q);
	sd_event_source_set_enabled(s->telling, SD_EVENT_ONESHOT);
}

static void process_end(struct starter *s)
{
	s->source = sd_event_source_disable_unref(s->source);
	s->limit = sd_event_source_disable_unref(s->limit);
	if (s->runs)
		helper_end(s->helpers, HELPER_STARTER);
	s->runs = false;
}

/* Whoever asks anew after that asks a new starter. */
static void process_lost(struct starter *s, const char *why)
{
	const struct starter_answer lost = { .error = -EPIPE };
	struct err e = { 0 };

	process_end(s);
	fail(&e, EPIPE, "the process that makes namespaces and starts programs %s", why);
	while (s->open.first)
		answered(s, queue_first(&s->open), &lost, &e);
}

/* Since it was last told something, or last said something, while it has anything to do. */
static int limit_set(struct starter *s)
{
	int r;

	if (!queue_is_any_sent(&s->open))
		return sd_event_source_set_enabled(s->limit, SD_EVENT_OFF);
	r = sd_event_source_set_time_relative(s->limit, ORDER_USEC);
	return r < 0 ? r : sd_event_source_set_enabled(s->limit, SD_EVENT_ONESHOT);
}

/* Descriptors are the starter's then. */
static int one_send(struct starter *s, struct question *a)
{
	size_t n = 0;

	while (n < ARRAY_SIZE(a->fds) && a->fds[n] >= 0)
		n++;
	a->sent = true;
	return fd_message_send(fd_of(s), &a->order, sizeof(a->order), a->fds, n, MSG_DONTWAIT);
}

static void orders_send(struct starter *s)
{
	struct question *a;
	int r = 0;

	while (r == 0 && (a = queue_next(&s->open)))
		r = one_send(s, a);
	if (r == 0)
		r = limit_set(s);
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
	struct question *q;

	if (got == -EAGAIN)
		return false;
	q = got == sizeof(answer) ? queue_sent(&s->open, answer.serial) : NULL;
	if (!q) {
		process_lost(s, "ended");
		return false;
	}
	answer.text[sizeof(answer.text) - 1] = '\0';
	if (answer.error < 0)
		fail(&e, -answer.error, "%s", answer.text);
	answered(s, q, &answer, &e);
	orders_send(s);
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
	struct question *q;

	for (; s->runs && queue_has_own(&s->open) && now < end; now = now_ms()) {
		struct pollfd wait = { .fd = fd_of(s), .events = POLLIN };

		if (poll(&wait, 1, (int)(end - now)) > 0)
			on_answer(NULL, wait.fd, 0, s);
	}
	while ((q = queue_own(&s->answered)))
		answer_give(q);
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

static int telling_ready(struct starter *s, struct err *e)
{
	int r = s->telling ? 0 : sd_event_add_defer(s->event, &s->telling, on_telling, s);

	if (r >= 0 && !s->answered.first)
		r = sd_event_source_set_enabled(s->telling, SD_EVENT_OFF);
	return r < 0 ? fail(e, -r, "the starter: %s", strerror(-r)) : 0;
}

static int process_start(struct starter *s, struct err *e)
{
	int r = telling_ready(s, e);

	if (r < 0 || s->runs)
		return r;
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

static struct question *question_new(enum starter_order_kind kind, void *ctx)
{
	struct question *a = must_alloc(sizeof(*a));

	a->order.kind = kind;
	a->ctx = ctx;
	for (unsigned i = 0; i < ARRAY_SIZE(a->fds); i++)
		a->fds[i] = -1;
	return a;
}

/* r: what went wrong until here. */
static int ask(struct starter *s, struct question *a, int r, struct err *e)
{
	if (r == 0)
		r = process_start(s, e);
	if (r < 0) {
		question_free(a);
		return r;
	}
	a->order.serial = ++s->serial;
	queue_put(&s->open, a);
	orders_send(s);
	return 0;
}

static int text_put(char *place, size_t size, const char *text, struct err *e)
{
	if (text && strlen(text) >= size)
		return fail(e, ENAMETOOLONG, "'%.100s...' is longer than %zu bytes", text, size - 1);
	snprintf(place, size, "%s", text ? text : "");
	return 0;
}

#define PUT(a, field, text, r, e) ((r) < 0 ? (r) : text_put((a)->order.field, sizeof((a)->order.field), (text), (e)))

static int net_put(struct question *a, const struct net *net, struct err *e)
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
	struct question *a = question_new(STARTER_KEEP, ctx);
	int r = PUT(a, group, q->group, 0, e);

	r = PUT(a, name, q->name, r, e);
	r = PUT(a, hostname, q->hostname, r, e);
	a->order.kinds = q->kinds;
	a->order.network = q->network;
	a->kept = answer;
	return ask(s, a, r, e);
}

int starter_net(struct starter *s, const struct starter_net *q, bool look, starter_netted *answer, void *ctx, struct err *e)
{
	struct question *a = question_new(STARTER_NET, ctx);
	int r = PUT(a, group, q->group, 0, e);

	r = PUT(a, path, q->path, r, e);
	r = PUT(a, name, q->name, r, e);
	r = PUT(a, link, q->link, r, e);
	r = r < 0 ? r : net_put(a, q->net, e);
	a->order.keeper = q->keeper;
	a->order.look = look;
	a->netted = answer;
	return ask(s, a, r, e);
}

int starter_forget(struct starter *s, const char *name, const char *link, starter_done *answer, void *ctx, struct err *e)
{
	struct question *a = question_new(STARTER_FORGET, ctx);
	int r = PUT(a, name, name, 0, e);

	r = PUT(a, link, link, r, e);
	a->done = answer;
	return ask(s, a, r, e);
}

static int namespaces_put(struct question *a, const struct namespaces *n, struct err *e)
{
	int r = 0;

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		a->order.modes[kind] = n->modes[kind];
		r = PUT(a, paths[kind], n->modes[kind] == NAMESPACE_PATH ? n->paths[kind] : NULL, r, e);
	}
	return r;
}

/* The order may wait here: it has its own. */
static int files_put(struct question *a, const struct starter_start *q, struct err *e)
{
	const int from[START__BESIDE] = {
		[BESIDE_CONNECTION] = q->connection, [BESIDE_CALLER] = q->caller_pidfd, [BESIDE_CGROUP] = q->cgroup
	};

	a->order.call_bytes = (uint32_t)q->call_bytes;
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
	struct question *a = question_new(STARTER_START, ctx);
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
	o->bound = q->bound;
	a->started = answer;
	return ask(s, a, r, e);
}

bool starter_drop(struct starter *s, const void *ctx)
{
	struct question *q = s ? queue_unsent(&s->open, ctx) : NULL;

	if (q)
		question_free(q);
	return !s || q;
}

/* Has no answer, and does not wait for those of others: a few bytes for which there is always room. */
int starter_go(struct starter *s, pid_t pid, bool go, struct err *e)
{
	const struct starter_order o = { .kind = STARTER_GO, .pid = pid, .go = go };
	int r;

	if (!s->runs)
		return fail(e, EPIPE, "the starter ended, and what it had made with it");
	r = fd_message_send(fd_of(s), &o, sizeof(o), NULL, 0, MSG_DONTWAIT);
	return r < 0 ? fail(e, -r, "the starter cannot be told: %s", strerror(-r)) : 0;
}

struct starter *starter_new(sd_event *event, struct helpers *helpers)
{
	struct starter *s = must_alloc(sizeof(*s));

	s->event = event;
	s->helpers = helpers;
	queue_init(&s->open);
	queue_init(&s->answered);
	return s;
}

void starter_free(struct starter *s)
{
	if (!s)
		return;
	process_end(s);
	sd_event_source_disable_unref(s->telling);
	while (s->open.first)
		question_free(queue_first(&s->open));
	while (s->answered.first)
		question_free(queue_first(&s->answered));
	free(s);
}
