/* The socket: who may connect, and how many. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "clock.h"
#include "connection.h"
#include "listener.h"
#include "peer.h"
#include "server_limits.h"

#define CONNECTIONS_MAX	       128
#define CONNECTIONS_OTHERS_MAX 96 /* of all users but root, who so always gets in */
#define CONNECTIONS_USER_MAX   32
/* Of those who may do no more than ask what this is: they keep nobody out. */
#define CONNECTIONS_STRANGERS_MAX 16
#define CONNECTIONS_STRANGER_MAX  4 /* of one user */
#define ACCEPT_PAUSE_USEC      1000000
/* So long others hold up whoever lets them have their turn; an answer that was begun is finished. */
#define TURN_NS		       20000000U
#define PRIORITY	       (SD_EVENT_PRIORITY_NORMAL + 50) /* after everything that places processes */

struct server {
	sd_event *event;
	struct listener listener;
	struct readers readers;
	struct connection_owner owner;
	sd_event_source *accepts, *resume;
	struct connection *list[CONNECTIONS_MAX];
	unsigned n;
	unsigned turn; /* whose is the next one; counts on */
};

static void on_closed(void *ctx, struct connection *c)
{
	struct server *s = ctx;

	for (unsigned i = 0; i < s->n; i++) {
		if (s->list[i] == c) {
			s->list[i] = s->list[--s->n];
			break;
		}
	}
	connection_free(c);
}

static bool is_stranger(const struct server *s, const struct peer *peer)
{
	return !peer->may_read && !(s->owner.knows && s->owner.knows(s->owner.call_ctx, peer));
}

static bool has_room(const struct server *s, const struct peer *peer, bool stranger)
{
	unsigned same = 0, others = 0, strangers = 0;

	for (unsigned i = 0; i < s->n; i++) {
		uid_t its = connection_peer(s->list[i])->uid;

		same += its == peer->uid;
		others += its != 0;
		strangers += connection_is_stranger(s->list[i]);
	}
	if (s->n >= CONNECTIONS_MAX)
		return false;
	if (stranger)
		return same < CONNECTIONS_STRANGER_MAX && strangers < CONNECTIONS_STRANGERS_MAX;
	return peer->uid == 0 || (same < CONNECTIONS_USER_MAX && others < CONNECTIONS_OTHERS_MAX);
}

/* Silent towards one that is turned away: it could fill the log. */
static void admit(struct server *s, int connected)
{
	auto_fd int fd = connected;
	struct peer peer;
	bool stranger;

	if (peer_read(fd, &s->readers, &peer) < 0)
		return;
	stranger = is_stranger(s, &peer);
	if (!has_room(s, &peer, stranger) ||
	    connection_new(s->event, fd, &peer, stranger, &s->owner, &s->list[s->n]) < 0)
		return;
	s->n++;
	(void)take_fd(fd);
}

static int on_resume(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct server *s = userdata;

	return sd_event_source_set_enabled(s->accepts, SD_EVENT_ON);
}

/* Out of descriptors or memory: the waiting client would wake us for ever. */
static void pause_accepting(struct server *s)
{
	if (sd_event_source_set_time_relative(s->resume, ACCEPT_PAUSE_USEC) >= 0 &&
	    sd_event_source_set_enabled(s->resume, SD_EVENT_ONESHOT) >= 0)
		sd_event_source_set_enabled(s->accepts, SD_EVENT_OFF);
}

static int on_accept(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	struct server *s = userdata;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		admit(s, fd);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		pause_accepting(s);
	return 0; /* anything else was that client's fault, and it is gone */
}

static int add_sources(struct server *s)
{
	int r;

	if ((r = sd_event_add_io(s->event, &s->accepts, s->listener.fd, EPOLLIN, on_accept, s)) < 0 ||
	    (r = sd_event_source_set_priority(s->accepts, PRIORITY)) < 0 ||
	    (r = sd_event_add_time(s->event, &s->resume, CLOCK_MONOTONIC, UINT64_MAX, 0, on_resume, s)) < 0 ||
	    (r = sd_event_source_set_enabled(s->resume, SD_EVENT_OFF)) < 0)
		return r;
	return 0;
}

int server_new_limited(sd_event *event, const char *path, const struct connection_limits *limits,
		       server_call *call, void *ctx, struct server **ret, struct err *e)
{
	struct server *s = must_alloc(sizeof(*s));
	int r;

	s->event = sd_event_ref(event);
	s->readers = peer_readers();
	s->owner = (struct connection_owner){ limits, call, ctx, NULL, on_closed, s };
	s->listener.fd = -1;
	r = listener_open(path, &s->listener, e);
	if (r == 0 && (r = add_sources(s)) < 0)
		fail(e, -r, "%s: event loop: %s", path, strerror(-r));
	if (r < 0) {
		server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int server_new(sd_event *event, const char *path, server_call *call, void *ctx, struct server **ret, struct err *e)
{
	return server_new_limited(event, path, &connection_limits_default, call, ctx, ret, e);
}

void server_knows_by(struct server *s, server_knows *knows)
{
	s->owner.knows = knows;
}

static bool waits_for_accept(const struct server *s)
{
	struct pollfd p = { .fd = s->listener.fd, .events = POLLIN };
	int on = SD_EVENT_OFF;

	return sd_event_source_get_enabled(s->accepts, &on) >= 0 && on != SD_EVENT_OFF && poll(&p, 1, 0) > 0;
}

void server_turn(struct server *s, bool (*only_looks)(const char *method))
{
	uint64_t begun_ns = clock_now_ns();
	unsigned n;

	while (waits_for_accept(s) && clock_now_ns() - begun_ns < TURN_NS)
		on_accept(s->accepts, s->listener.fd, EPOLLIN, s);
	/* one that closes is replaced by the last one, which had its turn */
	for (unsigned i = s->n; i-- > 0;)
		connection_turn_io(s->list[i]);
	n = s->n;
	for (unsigned i = 0; i < n && s->n && clock_now_ns() - begun_ns < TURN_NS; i++)
		connection_turn_call(s->list[s->turn++ % s->n], only_looks);
}

void server_wake(struct server *s)
{
	for (unsigned i = 0; s && i < s->n; i++)
		connection_wake(s->list[i]);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	while (s->n) {
		connection_last_words(s->list[--s->n]);
		connection_free(s->list[s->n]);
	}
	sd_event_source_disable_unref(s->accepts);
	sd_event_source_disable_unref(s->resume);
	listener_close(&s->listener);
	sd_event_unref(s->event);
	free(s);
}
