/* Varlink's messages: one JSON object each, ended by a NUL byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Bytes that grow; p is malloc'ed. */
struct bytes {
	char *p;
	size_t len, cap;
};

void bytes_append(struct bytes *b, const char *p, size_t len);
void bytes_done(struct bytes *b); /* frees, and is empty again */

struct wire_call {
	json_t *root;
	const char *method;  /* in root; "" where invalid says so */
	json_t *parameters;  /* an object, in root or its own */
	bool oneway;
	bool more;	     /* the caller takes several replies */
	const char *invalid; /* the first key of the call that is not as it must be, or NULL */
};

/* buf: one message without its NUL. 0, or -EBADMSG for what is no JSON object at all. */
int wire_read_call(const char *buf, size_t len, struct wire_call *ret);
void wire_call_done(struct wire_call *c);

/*
 * Appends a reply and its NUL. error NULL: success. parameters may be NULL and are borrowed. continues: it is not the
 * last one of its call.
 */
void wire_append_reply(struct bytes *out, const char *error, const json_t *parameters, bool continues);
/* The answer of every varlink service to a parameter that is not as it must be. */
void wire_append_invalid(struct bytes *out, const char *parameter);
