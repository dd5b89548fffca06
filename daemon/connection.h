/* One client: its bytes in, its calls one at a time, its answers out. */
#pragma once

#include <systemd/sd-event.h>

#include "server.h"

struct connection;

/* What one client may cost. */
struct connection_limits {
	size_t message_max_bytes; /* a longer call closes the connection; a stranger's is of at most STRANGER_MESSAGE_MAX_BYTES */
	size_t queue_max_bytes;	  /* no further call is taken while more than this waits to be read by the client */
	uint64_t stall_usec;	  /* for a half-sent call to become whole, and for the client to take some bytes */
};

/* They may ask for GetInfo and for what is denied them. */
#define STRANGER_MESSAGE_MAX_BYTES 4096U

extern const struct connection_limits connection_limits_default;

struct connection_owner {
	const struct connection_limits *limits;
	server_call *call;
	void *call_ctx;
	server_knows *knows; /* whose descriptors are taken, with call_ctx; NULL: root's alone */
	/* The client is gone, or was thrown out: connection_free() it. */
	void (*closed)(void *ctx, struct connection *c);
	void *ctx;
};

/* fd is non-blocking and then the connection's. owner is borrowed. 0 or -errno, with fd still the caller's. */
int connection_new(sd_event *event, int fd, const struct peer *peer, bool stranger, const struct connection_owner *owner,
		   struct connection **ret);
void connection_free(struct connection *c);
/* What the loop would do for it now, did it run; see server_turn(). Either may end the connection. Nothing while it is being answered. */
void connection_turn_io(struct connection *c);
void connection_turn_call(struct connection *c, bool (*only_looks)(const char *method));
void connection_wake(struct connection *c); /* there may be more for one that follows */
void connection_last_words(struct connection *c); /* what one that follows has not been told yet, as far as it takes it now */
const struct peer *connection_peer(const struct connection *c);
bool connection_is_stranger(const struct connection *c); /* as it was when it connected */
