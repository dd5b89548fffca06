/* Strict groups, as cgqd sees them: the other side of the gate. */
#include "strict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "fd_message.h"
#include "helper.h"

/* An order is some system calls of the gate; one that takes so long will never be done. */
#define ORDER_SECONDS 1
/* Between two answers of a gate that only has to wait for its turn on a busy CPU. */
#define SILENT_TICKS  3
/* Questions of a storm that wait while cgqd looks at everything: some 1,000 messages. */
#define QUEUE_BYTES   (2 << 20)

enum { OURS, THEIRS };

struct strict {
	sd_event *event;
	sd_event_source *source;
	struct strict_told told;
	struct helpers *helpers;
	bool runs; /* the gate */
	unsigned gates; /* so many were started */
	int orders, questions; /* orders is the helper's */
	uint32_t serial, heard;
	unsigned silent;
	bool died;
};

/* It may have ended in the middle of it. */
static void hurry_end(void)
{
	const struct sched_param usual = { 0 };
	struct sched_param now = { 0 };

	if (sched_getscheduler(0) == STRICT_HURRY && sched_getparam(0, &now) == 0 && now.sched_priority == STRICT_HURRY_PRIORITY &&
	    sched_setscheduler(0, SCHED_OTHER, &usual) < 0)
		(void)errno; /* by who may have priority it may be given up */
}

/* However it stands: with its end the kernel lets everybody through. */
static void gate_end(struct strict *s)
{
	if (!s->runs)
		return;
	helper_end(s->helpers, HELPER_GATE);
	hurry_end();
	s->source = sd_event_source_disable_unref(s->source);
	close(s->questions);
	s->runs = false;
}

static void gate_died(struct strict *s)
{
	gate_end(s);
	s->died = true;
}

/* False when there is nothing more. */
static bool said_take(struct strict *s)
{
	const unsigned gate = s->gates;
	struct gate_said said;
	ssize_t n = recv(s->questions, &said, sizeof(said), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n != sizeof(said)) {
		gate_died(s);
		return false;
	}
	if (said.kind == GATE_WENT_ON) {
		s->told.went_on(s->told.ctx, &said);
		return true;
	}
	/* It may lead to a look at everything, and that to the end of the gate, and to another one. */
	if (s->told.asks(s->told.ctx, &said) && s->gates == gate && s->runs &&
	    send(s->questions, &said.id, sizeof(said.id), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		gate_died(s);
	return s->runs;
}

void strict_take(struct strict *s)
{
	while (s->runs && said_take(s))
		;
}

static int on_questions(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	strict_take(userdata);
	return 0;
}

static int order_send(struct strict *s, enum gate_order_kind kind, const int *files, size_t n)
{
	const struct gate_order order = { .kind = kind, .serial = ++s->serial };

	return fd_message_send(s->orders, &order, sizeof(order), files, n, 0);
}

/* Waits for the answer to the last order; those to pings come before it. */
static int order_wait(struct strict *s, struct gate_done *done)
{
	while (s->heard != s->serial) {
		ssize_t n = recv(s->orders, done, sizeof(*done), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(*done))
			return n < 0 && errno != EAGAIN ? -errno : -ETIMEDOUT;
		s->heard = done->serial;
	}
	s->silent = 0;
	return 0;
}

/* The gate's end of the socket for questions goes with the first order. */
static int questions_make(int ret[2])
{
	int bytes = QUEUE_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return -errno;
	for (unsigned i = OURS; i <= THEIRS; i++)
		if (setsockopt(ret[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
			continue; /* then fewer wait, and the others go on at once */
	return 0;
}

static int listen_to(struct strict *s)
{
	int r = sd_event_add_io(s->event, &s->source, s->questions, EPOLLIN, on_questions, s);

	/* somebody waits */
	return r < 0 ? r : sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IMPORTANT);
}

static int gate_begin(struct strict *s, int theirs)
{
	const struct timeval limit = { .tv_sec = ORDER_SECONDS };
	struct gate_done done;
	int r;

	setsockopt(s->orders, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(s->orders, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	s->serial = s->heard = s->silent = 0;
	r = order_send(s, GATE_BEGIN, &theirs, 1);
	if (r == 0)
		r = order_wait(s, &done);
	return r < 0 ? r : listen_to(s);
}

static int gate_start(struct strict *s, struct err *e)
{
	int questions[2], r = helper_open(s->helpers, HELPER_GATE, e);

	if (r < 0)
		return r;
	r = questions_make(questions);
	if (r < 0) {
		helper_end(s->helpers, HELPER_GATE);
		return fail(e, -r, "sockets: %s", strerror(-r));
	}
	s->runs = true;
	s->gates++;
	s->orders = s->helpers->of[HELPER_GATE].fd;
	s->questions = questions[OURS];
	r = gate_begin(s, questions[THEIRS]);
	close(questions[THEIRS]);
	if (r == 0)
		return 0;
	gate_end(s);
	return fail(e, -r, "%s", strerror(-r));
}

/* As many of them as one order takes, from *next on; those that have an error already are not tried. */
static int some_mark(struct strict *s, struct strict_files *files, size_t *next)
{
	size_t of[GATE_FILES_MAX] = { 0 }, n = 0;
	int fds[GATE_FILES_MAX];
	struct gate_done done = { 0 };
	int r = 0;

	for (; *next < files->n && n < GATE_FILES_MAX; (*next)++) {
		if (files->list[*next].error)
			continue;
		of[n] = *next;
		fds[n++] = files->list[*next].fd;
	}
	if (n > 0)
		r = order_send(s, GATE_MARK, fds, n);
	if (r == 0)
		r = order_wait(s, &done);
	for (size_t i = 0; r == 0 && i < n; i++)
		files->list[of[i]].error = done.errors[i];
	return r;
}

static int all_mark(struct strict *s, struct strict_files *files)
{
	struct gate_done done;
	size_t next = 0;
	int r = 0;

	while (r == 0 && next < files->n)
		r = some_mark(s, files, &next);
	if (r == 0)
		r = order_send(s, GATE_COMMIT, NULL, 0);
	return r == 0 ? order_wait(s, &done) : r;
}

static bool is_any_good(const struct strict_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		if (!files->list[i].error)
			return true;
	return false;
}

int strict_follow(struct strict *s, struct strict_files *files, struct err *e)
{
	int r = 0;

	s->died = false;
	if (!is_any_good(files)) {
		gate_end(s);
		return 0;
	}
	if (!s->runs)
		r = gate_start(s, e);
	if (r < 0) {
		fail_prefix(e, "the gate cannot be started");
		return r;
	}
	r = all_mark(s, files);
	if (r < 0) {
		gate_died(s);
		return fail(e, -r, "the gate does not answer: %s", strerror(-r));
	}
	if (!is_any_good(files))
		gate_end(s);
	return 0;
}

bool strict_tick(struct strict *s)
{
	struct gate_done done;

	if (!s->runs)
		return !s->died;
	while (recv(s->orders, &done, sizeof(done), MSG_DONTWAIT) == sizeof(done))
		s->heard = done.serial;
	s->silent = s->heard == s->serial ? 0 : s->silent + 1;
	if (s->silent >= SILENT_TICKS || (s->silent == 0 && order_send(s, GATE_PING, NULL, 0) < 0))
		gate_died(s);
	return !s->died;
}

struct strict *strict_new(sd_event *event, struct helpers *helpers, const struct strict_told *told)
{
	struct strict *s = must_alloc(sizeof(*s));

	s->event = event;
	s->helpers = helpers;
	s->told = *told;
	return s;
}

void strict_free(struct strict *s)
{
	if (!s)
		return;
	gate_end(s);
	free(s);
}
