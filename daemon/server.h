/* The socket: varlink's wire format, peers and their credentials. Knows no method. */
#pragma once

#include <stdbool.h>

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
 * Answers one call: a new parameters object, or NULL with *error_name ("io.cgq.NoSuchGroup") and maybe
 * *error_parameters set. method is the full name; parameters is an object, borrowed.
 */
typedef json_t *server_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
			    const char **error_name, json_t **error_parameters);

/* Makes the socket at path (0660, root and the group cgq if there is one), replacing a dead one; -EADDRINUSE if alive. */
int server_new(sd_event *event, const char *path, server_call *call, void *ctx, struct server **ret, struct err *e);
void server_free(struct server *s); /* closes, removes the socket */
