/* A server on a socket of its own, with small limits, and clients to annoy it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server_limits.h"

#define red(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

/* Small, so that hitting a bound takes no time; the stall is longer than any test lasts. */
static const struct connection_limits small = { .message_max_bytes = 4096, .queue_max_bytes = 16384,
						.stall_usec = 60000000 };

struct fixture {
	char folder[64], path[128];
	sd_event *event;
	struct server *server;
	unsigned calls;
	size_t answer_bytes; /* of Big */
	struct peer peer;    /* of the last call */
	char last[64];	     /* n of the last call */
	uint64_t news;	     /* of Follow: so many things have happened */
	size_t news_bytes;   /* how long the text of each is */
	unsigned nexts;
	void (*during)(struct fixture *f); /* called while Long is answered */
	int callers[2];
};

/* Each thing that happened is one reply. */
static inline json_t *test_next(void *ctx, struct following *follow)
{
	struct fixture *f = ctx;
	char *text;
	json_t *o;

	f->nexts++;
	if (follow->after >= f->news)
		return NULL;
	text = calloc(1, f->news_bytes + 1);
	memset(text, 'x', f->news_bytes);
	o = json_pack("{s:s, s:I}", "text", text, "n", (json_int_t)++follow->after);
	free(text);
	return o;
}

static inline json_t *test_call(void *ctx, const struct peer *peer, const char *method, json_t *parameters,
			 const char **error_name, json_t **error_parameters, struct following *following)
{
	struct fixture *f = ctx;

	f->calls++;
	f->peer = *peer;
	snprintf(f->last, sizeof(f->last), "%lld", json_integer_value(json_object_get(parameters, "n")));
	if (!strcmp(method, "a.Echo"))
		return json_incref(parameters);
	if (!strcmp(method, "a.Long")) {
		if (f->during)
			f->during(f);
		return json_pack("{s:b}", "long", 1);
	}
	if (!strcmp(method, "a.Big")) {
		char *text = malloc(f->answer_bytes + 1);
		json_t *o;

		memset(text, 'x', f->answer_bytes);
		text[f->answer_bytes] = 0;
		o = json_pack("{s:s}", "text", text);
		free(text);
		return o;
	}
	if (!strcmp(method, "a.Follow")) {
		if (following)
			*following = (struct following){ test_next, f->news, strdup("all") };
		return json_object();
	}
	if (following) /* a method that fails after it has begun to follow */
		*following = (struct following){ test_next, f->news, strdup("all") };
	*error_name = "a.NotSo";
	*error_parameters = json_pack("{s:s}", "why", "because");
	return NULL;
}

static inline int set_up_limited(void **state, const struct connection_limits *limits)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	strcpy(f->folder, "/tmp/cgq-test-server-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	chmod(f->folder, 0755); /* for the foreign user */
	snprintf(f->path, sizeof(f->path), "%s/run/sock", f->folder);
	assert_true(sd_event_new(&f->event) >= 0);
	if (server_new_limited(f->event, f->path, limits, test_call, f, &f->server, &e) < 0)
		red("%s", e.text);
	*state = f;
	return 0;
}

static inline int set_up(void **state)
{
	return set_up_limited(state, &small);
}

static inline int set_up_usual(void **state)
{
	return set_up_limited(state, &connection_limits_default);
}

static inline int set_up_hasty(void **state)
{
	static const struct connection_limits hasty = { .message_max_bytes = 4096, .queue_max_bytes = 16384,
							.stall_usec = 1000 };

	return set_up_limited(state, &hasty);
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	char path[160];

	server_free(f->server);
	sd_event_unref(f->event);
	assert_int_equal(access(f->path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/run", f->folder);
	rmdir(path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static inline int client_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(a.sun_path, path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline int client(struct fixture *f)
{
	int fd = client_at(f->path);

	assert_true(fd >= 0);
	return fd;
}

/* Runs what is due, until nothing has been for a few milliseconds. */
static inline void run(struct fixture *f)
{
	while (sd_event_run(f->event, 5000) > 0)
		;
}

/* All that has come, NULs shown as '|'; "closed" at the end when there is no more to come. */
static inline const char *received(struct fixture *f, int fd)
{
	static char text[1 << 16];
	size_t len = 0;
	ssize_t n = 0;

	run(f);
	while (len < sizeof(text) - 16 && (n = recv(fd, text + len, sizeof(text) - 16 - len, MSG_DONTWAIT)) > 0) {
		len += (size_t)n;
		run(f);
	}
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '|';
	strcpy(text + len, n == 0 || (n < 0 && errno == ECONNRESET) ? "closed" : "");
	return text;
}

static inline void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text) + 1, MSG_NOSIGNAL), strlen(text) + 1);
}

#define ECHO(n)	    "{\"method\":\"a.Echo\",\"parameters\":{\"n\":" #n "}}"
#define ECHOED(n)   "{\"parameters\":{\"n\":" #n "}}|"
#define INVALID(p)  "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"" p "\"}}|"

#define TEST(law) cmocka_unit_test_setup_teardown(law, set_up, tear_down)
