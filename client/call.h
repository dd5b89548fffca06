/* One question to cgqd and its answers, in varlink's wire format. The only file that knows the socket. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include <cgq/err.h>

#define SOCKET_PATH_MAX_BYTES 108 /* of struct sockaddr_un, with the NUL */

struct answer {
	json_t *parameters; /* never NULL once answered */
	char *error;	    /* "io.cgq.NoSuchGroup"; NULL: none */
};

void answer_done(struct answer *a);

/*
 * method: "io.cgq.List". parameters is an object and stolen. 0 where anything was answered, an error too; else
 * -errno: EACCES not permitted, ETIMEDOUT, EBADMSG no answer that we understand, and what connect() says.
 */
int call(const char *path, const char *method, json_t *parameters, unsigned seconds_max, struct answer *ret,
	 struct err *e);
#define CALL_FILES_MAX 6

/* Descriptors that go with a question. */
struct call_files {
	int list[CALL_FILES_MAX];
	unsigned n;
	int stop; /* once it is readable nobody waits for the answer any more: -ECANCELED */
};

/* The same, with descriptors: borrowed. NULL: none. */
int call_with(const char *path, const char *method, json_t *parameters, const struct call_files *files, unsigned seconds_max,
	      struct answer *ret, struct err *e);
/*
 * The same for a question that goes on being answered: each is told of every answer, and a false one ends it with 0.
 * seconds_max is for the first answer only. -EPIPE: cgqd ended after that.
 */
int call_more(const char *path, const char *method, json_t *parameters, unsigned seconds_max,
	      bool (*each)(void *ctx, struct answer *a), void *ctx, struct err *e);
