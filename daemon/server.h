/* The socket: varlink's wire format, peers and their credentials. Knows no method. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <systemd/sd-event.h>

#include <cgq/err.h>

struct server;

/* What came with a call beside its text, and what becomes of its answer. */
struct call_extra {
	/*
	 * Descriptors came with it, and it is still in the socket, that long: see call_files.h. Who answers late lets somebody take
	 * it from there; nobody knows then what is left, and the connection ends with the answer. 0: there are none.
	 */
	size_t left_bytes;
	/*
	 * A method that cannot answer yet answers NULL with is_late set, and later calls server_answer_late(), once. Should the
	 * client go before that, gone is called instead, and the extra is no more. Not for a call that is oneway.
	 */
	bool is_late;
	void (*gone)(void *ctx);
	void *ctx;
};

struct peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	bool may_read;	 /* root, or of the group cgq */
	bool may_change; /* root */
	int socket;	 /* borrowed: see peer.h */
	struct call_extra *extra; /* of the call that is being answered; NULL: there is none */
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

/* Whether that user may do anything beyond what everybody may; asked as it connects, and before its descriptors are taken. */
typedef bool server_knows(void *ctx, const struct peer *peer);

/* Makes the socket at path (0666: each call checks its peer), replacing a dead one; -EADDRINUSE if alive. */
int server_new(sd_event *event, const char *path, server_call *call, void *ctx, struct server **ret, struct err *e);
/* Beside those who may read. ctx is that of call. */
void server_knows_by(struct server *s, server_knows *knows);
/* error NULL: parameters is the answer. parameters is stolen. */
void server_answer_late(struct call_extra *extra, const char *error, json_t *parameters);
/*
 * For who holds up the loop: one call of each client is answered now, as far as it has arrived and its method only looks, and
 * for no longer than a moment. Other calls, and those that come after one on its connection, wait for the loop. May be called
 * by a method that is being answered.
 */
void server_turn(struct server *s, bool (*only_looks)(const char *method));
void server_wake(struct server *s); /* cheap: only marks; those who follow are asked in their turn of the loop. NULL: nobody */
void server_free(struct server *s); /* closes, removes the socket */
