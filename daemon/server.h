/* The socket: varlink's wire format, peers and their credentials. Knows no method. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <systemd/sd-event.h>

#include <cgq/err.h>

struct server;

struct peer {
	pid_t pid;
	uid_t uid;
	bool may_read;	 /* root, or of the group cgq */
	bool may_change; /* root */
};

/*
 * More replies to a call that said "more". A method that sets next answers at once with what there is already; next
 * is asked for the rest whenever server_wake() says that there is news and the client has taken all that it was
 * sent. Who reads slowly so gets later, larger replies and costs no memory; who reads nothing is thrown out.
 */
struct following {
	/* The next reply, NULL: nothing new. NULL here: the first answer is the only one. */
	json_t *(*next)(void *ctx, struct following *f);
	uint64_t after; /* the method's own: the last thing that was told */
	char *about;	/* the method's own: freed with the connection */
};

/*
 * Answers one call: a new parameters object, or NULL with *error_name ("io.cgq.NoSuchGroup") and maybe
 * *error_parameters set. method is the full name; parameters is an object, borrowed.
 * following: NULL where the caller takes one answer only.
 */
typedef json_t *server_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
			    const char **error_name, json_t **error_parameters, struct following *following);

/* Makes the socket at path (0660, root and the group cgq if there is one), replacing a dead one; -EADDRINUSE if alive. */
int server_new(sd_event *event, const char *path, server_call *call, void *ctx, struct server **ret, struct err *e);
/*
 * For who holds up the loop: one call of each client is answered now, as far as it has arrived and its method only looks, and
 * for no longer than a moment. Other calls, and those that come after one on its connection, wait for the loop. May be called
 * by a method that is being answered.
 */
void server_turn(struct server *s, bool (*only_looks)(const char *method));
void server_wake(struct server *s); /* cheap: only marks; those who follow are asked in their turn of the loop. NULL: nobody */
void server_free(struct server *s); /* closes, removes the socket */
