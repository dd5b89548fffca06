/* One client of the socket. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "call_files.h"
#include "connection.h"
#include "wire.h"

#define READ_BYTES CALL_FILES_TEXT_MAX_BYTES
#define NEVER	   UINT64_MAX
/* After everything that places processes: a client who asks much must not make them late. */
#define PRIORITY (SD_EVENT_PRIORITY_NORMAL + 50)

const struct connection_limits connection_limits_default = {
	/* for Diff: the largest policy file that is taken, in JSON, where a newline or a backslash is two bytes */
	.message_max_bytes = 2 * POLICY_FILE_MAX_BYTES + 4096,
	.queue_max_bytes = 1U << 20,   /* one answer may exceed it: ps on 10,000 processes is 2 MB */
	.stall_usec = 30 * 1000000ULL,
};

struct connection {
	const struct connection_owner *owner;
	struct peer peer;
	sd_event *event; /* borrowed: outlives its sources */
	sd_event_source *io, *next_call, *stall;
	int fd;
	bool eof;	  /* the client sends no more, but may still read */
	bool answers;	  /* a call of it goes on: it is not to be touched */
	bool gone;	  /* nobody reads answers any more; what was sent before (oneway) still counts */
	struct bytes in;
	size_t scanned;	  /* of in: no NUL up to here */
	struct bytes out;
	size_t sent;	  /* of out */
	struct following following; /* next set: a call that is still being answered; no other is taken meanwhile */
	bool news;	  /* following.next may have something */
	bool stranger;
	struct call_extra extra; /* of the call that is answered, or arrives */
};

const struct peer *connection_peer(const struct connection *c)
{
	return &c->peer;
}

bool connection_is_stranger(const struct connection *c)
{
	return c->stranger;
}

static void extra_done(struct connection *c)
{
	if (c->extra.is_late && c->extra.left_bytes)
		c->eof = true;
	else
		call_files_drop(c->fd, c->extra.left_bytes);
	c->extra = (struct call_extra){0};
}

void connection_free(struct connection *c)
{
	if (!c)
		return;
	if (c->extra.is_late)
		c->extra.gone(c->extra.ctx);
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->next_call);
	sd_event_source_disable_unref(c->stall);
	auto_close(&c->fd);
	bytes_done(&c->in);
	bytes_done(&c->out);
	free(c->following.about);
	free(c);
}

static int connection_close(struct connection *c)
{
	c->owner->closed(c->owner->ctx, c); /* frees c */
	return 0;
}

static size_t waiting_bytes(const struct connection *c)
{
	return c->out.len - c->sent;
}

/* Length of the first whole message of in, without its NUL; false when there is none yet. */
static bool first_message(struct connection *c, size_t *ret_len)
{
	const char *nul = c->in.len > c->scanned ? memchr(c->in.p + c->scanned, 0, c->in.len - c->scanned) : NULL;

	if (!nul) {
		c->scanned = c->in.len;
		return false;
	}
	c->scanned = (size_t)(nul - c->in.p); /* found again at once the next time */
	*ret_len = c->scanned;
	return true;
}

static void drop_message(struct connection *c, size_t len)
{
	c->in.len -= len + 1;
	memmove(c->in.p, c->in.p + len + 1, c->in.len);
	c->scanned = 0;
	if (!c->in.len)
		bytes_done(&c->in);
}

static size_t message_max_bytes(const struct connection *c)
{
	size_t most = c->owner->limits->message_max_bytes;

	return c->stranger && most > STRANGER_MESSAGE_MAX_BYTES ? STRANGER_MESSAGE_MAX_BYTES : most;
}

static bool may_call(const struct connection *c)
{
	return !c->following.next && !c->extra.is_late && waiting_bytes(c) <= c->owner->limits->queue_max_bytes;
}

static bool may_read(const struct connection *c)
{
	/* What one read may add: so the bound holds for one message, and a pipelining client waits in its socket. */
	return !c->eof && may_call(c) && !c->extra.left_bytes && c->in.len <= message_max_bytes(c);
}

static int set_stall(struct connection *c, bool stalls, bool progress)
{
	int on = SD_EVENT_OFF, r;

	if (!stalls)
		return sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
	r = sd_event_source_get_enabled(c->stall, &on);
	if (r >= 0 && on != SD_EVENT_OFF && !progress)
		return 0;
	r = sd_event_source_set_time_relative(c->stall, c->owner->limits->stall_usec);
	return r < 0 ? r : sd_event_source_set_enabled(c->stall, SD_EVENT_ONESHOT);
}

/* All that was said has been taken, and there is something new. */
static bool may_tell(const struct connection *c)
{
	return c->following.next && c->news && !waiting_bytes(c);
}

static void follow_no_more(struct connection *c)
{
	free(c->following.about);
	c->following = (struct following){ 0 };
}

/* Nothing to wait for: what has arrived is read to its end, call by call. */
static int rearm_gone(struct connection *c)
{
	size_t len;

	follow_no_more(c);
	bytes_done(&c->out);
	c->sent = 0;
	if (c->extra.is_late || (c->eof && !first_message(c, &len)) || c->in.len > message_max_bytes(c) + READ_BYTES ||
	    sd_event_source_set_enabled(c->io, SD_EVENT_OFF) < 0 || set_stall(c, false, false) < 0 ||
	    sd_event_source_set_enabled(c->next_call, SD_EVENT_ONESHOT) < 0)
		return connection_close(c);
	return 0;
}

/*
 * What has to happen next decides what is waited for. progress: the client took bytes, or finished a message, so
 * that the time it has starts anew. Ends the connection when nothing can happen any more.
 */
static int connection_rearm(struct connection *c, bool progress)
{
	size_t len;
	bool whole = first_message(c, &len), sends = waiting_bytes(c) > 0;
	uint32_t mask = (sends ? EPOLLOUT : 0) | (may_read(c) && !whole ? EPOLLIN : 0);

	if (c->gone)
		return rearm_gone(c);
	if (!whole && c->in.len > message_max_bytes(c))
		return connection_close(c);
	if (c->eof && !whole && !sends && !c->extra.is_late)
		return connection_close(c);
	if (sd_event_source_set_io_events(c->io, mask) < 0 ||
	    sd_event_source_set_enabled(c->next_call, (whole && may_call(c)) || may_tell(c) ? SD_EVENT_ONESHOT : SD_EVENT_OFF) < 0 ||
	    set_stall(c, sends || (!whole && c->in.len > 0 && !c->following.next), progress) < 0)
		return connection_close(c);
	return 0;
}

/* -errno: the client is gone. */
static int send_some(struct connection *c)
{
	ssize_t n = send(c->fd, c->out.p + c->sent, waiting_bytes(c), MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c->sent += (size_t)n;
	if (c->sent == c->out.len) {
		bytes_done(&c->out);
		c->sent = 0;
	}
	return n > 0;
}

static void answer(struct connection *c, const struct wire_call *call)
{
	const char *error = NULL;
	json_t *details = NULL, *reply;
	bool more = call->more && !call->oneway;

	if (call->invalid) {
		if (!call->oneway)
			wire_append_invalid(&c->out, call->invalid);
		return;
	}
	c->peer.extra = call->oneway ? NULL : &c->extra;
	reply = c->owner->call(c->owner->call_ctx, &c->peer, call->method, call->parameters, &error, &details,
			       more ? &c->following : NULL);
	c->peer.extra = NULL;
	if (!reply)
		follow_no_more(c);
	if (c->extra.is_late)
		return;
	if (!call->oneway)
		wire_append_reply(&c->out, reply ? NULL : error, reply ? reply : details, c->following.next != NULL);
	json_decref(reply);
	json_decref(details);
}

/* Anybody else's are let go by the kernel, as they are received. */
static bool takes_files(const struct connection *c)
{
	return c->peer.uid == 0 || (c->owner->knows && c->owner->knows(c->owner->call_ctx, &c->peer));
}

static int receive_some(struct connection *c)
{
	char buf[READ_BYTES];
	ssize_t n = takes_files(c) && !c->in.len ? call_files_receive(c->fd, buf, sizeof(buf), &c->extra.left_bytes)
						 : recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		c->eof = true;
	bytes_append(&c->in, buf, (size_t)n);
	return 0;
}

static int tell_more(struct connection *c)
{
	json_t *reply = c->following.next(c->owner->call_ctx, &c->following);

	c->news = reply != NULL; /* and perhaps there is more */
	if (reply)
		wire_append_reply(&c->out, NULL, reply, true);
	json_decref(reply);
	return reply ? send_some(c) : 0;
}

/* One call a round of the loop, so that a thousand pipelined ones cannot hold it up. */
static int on_next_call(sd_event_source *s, void *userdata)
{
	struct connection *c = userdata;
	struct wire_call call;
	size_t len;
	int r;

	if (may_tell(c)) {
		r = tell_more(c);
		return r < 0 ? connection_close(c) : connection_rearm(c, true);
	}
	if (!first_message(c, &len))
		return receive_some(c) < 0 ? connection_close(c) : connection_rearm(c, false);
	if (len > message_max_bytes(c) || wire_read_call(c->in.p, len, &call) < 0)
		return connection_close(c);
	drop_message(c, len);
	c->answers = true;
	answer(c, &call);
	c->answers = false;
	wire_call_done(&call);
	if (!c->extra.is_late)
		extra_done(c);
	r = waiting_bytes(c) && !c->gone ? send_some(c) : 0;
	return r < 0 ? connection_close(c) : connection_rearm(c, true);
}

void server_answer_late(struct call_extra *extra, const char *error, json_t *parameters)
{
	struct connection *c = (struct connection *)((char *)extra - offsetof(struct connection, extra));
	int r;

	extra_done(c);
	wire_append_reply(&c->out, error, parameters, false);
	json_decref(parameters);
	r = send_some(c);
	if (r < 0)
		connection_close(c);
	else
		connection_rearm(c, true);
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct connection *c = userdata;
	int r = 0;

	if (revents & EPOLLHUP)
		c->gone = true;
	if (revents & (EPOLLIN | EPOLLERR) && receive_some(c) < 0)
		return connection_close(c);
	if (revents & EPOLLOUT && !c->gone && waiting_bytes(c))
		r = send_some(c);
	return r < 0 ? connection_close(c) : connection_rearm(c, r > 0);
}

static bool is_on(sd_event_source *s)
{
	int on = SD_EVENT_OFF;

	return sd_event_source_get_enabled(s, &on) >= 0 && on != SD_EVENT_OFF;
}

void connection_turn_io(struct connection *c)
{
	struct pollfd p = { .fd = c->fd };
	uint32_t mask = 0;

	if (c->answers || !is_on(c->io) || sd_event_source_get_io_events(c->io, &mask) < 0)
		return;
	p.events = (short)mask; /* the same bits */
	if (poll(&p, 1, 0) > 0)
		on_io(c->io, c->fd, (uint32_t)p.revents, c);
}

/* Its next call is one that waits for the loop. */
static bool is_for_loop(struct connection *c, bool (*only_looks)(const char *method))
{
	struct wire_call call;
	size_t len;
	bool is;

	if (may_tell(c) || !first_message(c, &len) || len > message_max_bytes(c) ||
	    wire_read_call(c->in.p, len, &call) < 0)
		return false;
	is = !call.invalid && !only_looks(call.method);
	wire_call_done(&call);
	return is;
}

void connection_turn_call(struct connection *c, bool (*only_looks)(const char *method))
{
	if (c->answers || !is_on(c->next_call) || is_for_loop(c, only_looks))
		return;
	sd_event_source_set_enabled(c->next_call, SD_EVENT_OFF); /* as the loop does before it calls */
	on_next_call(c->next_call, c);
}

void connection_wake(struct connection *c)
{
	if (!c->following.next || c->news)
		return;
	c->news = true;
	if (may_tell(c))
		sd_event_source_set_enabled(c->next_call, SD_EVENT_ONESHOT);
}

void connection_last_words(struct connection *c)
{
	if (may_tell(c))
		tell_more(c);
}

static int on_stall(sd_event_source *s, uint64_t usec, void *userdata)
{
	return connection_close(userdata);
}

static int add_sources(struct connection *c)
{
	int r;

	if ((r = sd_event_add_io(c->event, &c->io, c->fd, EPOLLIN, on_io, c)) < 0 ||
	    (r = sd_event_add_defer(c->event, &c->next_call, on_next_call, c)) < 0 ||
	    (r = sd_event_source_set_enabled(c->next_call, SD_EVENT_OFF)) < 0 ||
	    (r = sd_event_add_time(c->event, &c->stall, CLOCK_MONOTONIC, NEVER, 0, on_stall, c)) < 0 ||
	    (r = sd_event_source_set_enabled(c->stall, SD_EVENT_OFF)) < 0 ||
	    (r = sd_event_source_set_priority(c->io, PRIORITY)) < 0 ||
	    (r = sd_event_source_set_priority(c->next_call, PRIORITY)) < 0 ||
	    (r = sd_event_source_set_priority(c->stall, PRIORITY)) < 0)
		return r;
	return 0;
}

int connection_new(sd_event *event, int fd, const struct peer *peer, bool stranger, const struct connection_owner *owner,
		   struct connection **ret)
{
	struct connection *c = must_alloc(sizeof(*c));
	int r;

	c->owner = owner;
	c->peer = *peer;
	c->peer.socket = fd;
	c->stranger = stranger;
	c->event = event;
	c->fd = fd;
	r = add_sources(c);
	if (r < 0) {
		c->fd = -1;
		connection_free(c);
		return r;
	}
	*ret = c;
	return 0;
}
