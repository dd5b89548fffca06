/* One question to cgqd and its answers, in varlink's wire format. The only file that knows the socket. */
#include "call.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define ANSWER_MAX_BYTES (256U << 20) /* 10,000 groups of 12 knobs come to 40 MiB */
#define CHUNK_BYTES	 65536U

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void answer_done(struct answer *a)
{
	json_decref(a->parameters);
	free(a->error);
	*a = (struct answer){0};
}

static int nobody(const char *path, int code, struct err *e)
{
	if (code == EACCES || code == EPERM)
		return fail(e, EACCES, "%s: not permitted: reading needs root or the group cgq", path);
	if (code == EAGAIN)
		return fail(e, ETIMEDOUT, "%s: cgqd is there, but takes no calls", path);
	if (code == ENOENT || code == ENOTDIR || code == ECONNREFUSED)
		return fail(e, code, "%s: nobody answers; is cgqd running (systemctl status cgqd)? Limits stay in place without it", path);
	return fail(e, code, "%s: %s; is cgqd running?", path, strerror(code));
}

static int connect_to(const char *path, unsigned seconds_max, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = seconds_max}; /* connect() waits where the backlog is full */
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(e, errno, "cannot make a socket: %s", strerror(errno));
	memcpy(address.sun_path, path, strlen(path) + 1);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return nobody(path, errno, e);
	return take_fd(fd);
}

/* Turned away before a word was said, which may show when asking or when waiting for the answer. */
static int hung_up(const char *path, struct err *e)
{
	return fail(e, EPIPE, "%s: cgqd hung up: it ended, or has as many clients as it takes", path);
}

/* files go with the first byte. */
static ssize_t send_some(int fd, const char *bytes, size_t len, const struct call_files *files)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(CALL_FILES_MAX * sizeof(int))];
	} control = {0};
	struct iovec text = {(char *)bytes, len};
	struct msghdr m = {.msg_iov = &text, .msg_iovlen = 1};

	if (files) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(files->n * sizeof(int));
		control.header = (struct cmsghdr){CMSG_LEN(files->n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.header), files->list, files->n * sizeof(int));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

static int send_all(int fd, const char *path, const char *bytes, size_t len, const struct call_files *files, struct err *e)
{
	while (len > 0) {
		ssize_t n = send_some(fd, bytes, len, files);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return hung_up(path, e);
		if (n < 0)
			return fail(e, errno, "%s: cgqd cannot be asked: %s", path, strerror(errno));
		bytes += n;
		len -= (size_t)n;
		files = NULL;
	}
	return 0;
}

/* What has come and was not taken yet. */
struct reader {
	int fd;
	int stop; /* -1: nothing ends the wait */
	const char *path;
	char *buf;
	size_t len, cap;
	size_t message; /* bytes of the message that was given out last, with its NUL */
};

/* seconds_max 0: for ever */
static int wait_for_bytes(const struct reader *in, uint64_t deadline_ms, unsigned seconds_max, struct err *e)
{
	for (;;) {
		uint64_t now = now_ms();
		struct pollfd p[] = {{.fd = in->fd, .events = POLLIN}, {.fd = in->stop, .events = POLLIN}};
		int left_ms = !seconds_max ? -1 : now >= deadline_ms ? 0 : (int)(deadline_ms - now);
		int r = poll(p, 2, left_ms);

		if (r > 0 && p[1].revents)
			return fail(e, ECANCELED, "%s: nobody waits for cgqd's answer any more", in->path);
		if (r > 0)
			return 0;
		if (r == 0)
			return fail(e, ETIMEDOUT, "%s: cgqd does not answer within %u s", in->path, seconds_max);
		if (errno != EINTR)
			return fail(e, errno, "%s: %s", in->path, strerror(errno));
	}
}

static void message_drop(struct reader *in)
{
	in->len -= in->message;
	if (in->len > 0)
		memmove(in->buf, in->buf + in->message, in->len);
	in->message = 0;
}

/* Reads up to a NUL; *ret is terminated by it and lives until the next call. */
static int receive(struct reader *in, unsigned seconds_max, const char **ret, struct err *e)
{
	uint64_t deadline_ms = now_ms() + (uint64_t)seconds_max * 1000;
	size_t scanned = 0;

	message_drop(in);
	for (;;) {
		const char *nul = in->len > scanned ? memchr(in->buf + scanned, '\0', in->len - scanned) : NULL;
		ssize_t n;
		int r;

		if (nul) {
			in->message = (size_t)(nul - in->buf) + 1;
			*ret = in->buf;
			return 0;
		}
		scanned = in->len;
		if (in->len > ANSWER_MAX_BYTES)
			return fail(e, EBADMSG, "%s: an answer of more than %u MiB", in->path, ANSWER_MAX_BYTES >> 20);
		r = wait_for_bytes(in, deadline_ms, seconds_max, e);
		if (r < 0)
			return r;
		if (in->cap - in->len < CHUNK_BYTES)
			in->buf = must_realloc(in->buf, in->cap = in->cap * 2 + CHUNK_BYTES);
		n = recv(in->fd, in->buf + in->len, in->cap - in->len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ECONNRESET && in->len == 0)
			return hung_up(in->path, e);
		if (n <= 0)
			return fail(e, EBADMSG, "%s: cgqd went away before it had answered", in->path);
		in->len += (size_t)n;
	}
}

static int answer_read(const char *path, const char *text, struct answer *ret, bool *continues, struct err *e)
{
	json_error_t error;
	json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	json_t *parameters = json_object_get(whole, "parameters");
	const char *name = json_string_value(json_object_get(whole, "error"));

	if (!json_is_object(whole) || (parameters && !json_is_object(parameters))) {
		json_decref(whole);
		return fail(e, EBADMSG, "%s: what answers there does not speak io.cgq", path);
	}
	ret->parameters = parameters ? json_incref(parameters) : json_object();
	ret->error = name ? must_strdup(name) : NULL;
	*continues = json_is_true(json_object_get(whole, "continues"));
	json_decref(whole);
	return 0;
}

/* Steals question. The descriptor on which the answer will come, or -errno. */
static int question_send(const char *path, json_t *question, const struct call_files *files, unsigned seconds_max, struct err *e)
{
	auto_free char *text = json_dumps(question, JSON_COMPACT);
	auto_fd int fd = -1;
	int r;

	json_decref(question);
	if (!text)
		return fail(e, EINVAL, "that cannot be said in JSON");
	fd = connect_to(path, seconds_max, e);
	if (fd < 0)
		return fd;
	r = send_all(fd, path, text, strlen(text) + 1, files, e);
	return r < 0 ? r : take_fd(fd);
}

static int answers_each(struct reader *in, unsigned seconds_max, bool (*each)(void *ctx, struct answer *a), void *ctx,
			struct err *e)
{
	for (bool first = true;; first = false) {
		struct answer a = {0};
		bool continues = false;
		const char *text;
		int r = receive(in, first ? seconds_max : 0, &text, e);

		if (r == -EBADMSG && !first)
			return fail(e, EPIPE, "%s: cgqd ended", in->path);
		if (r == 0)
			r = answer_read(in->path, text, &a, &continues, e);
		if (r < 0)
			return r;
		continues = each(ctx, &a) && continues;
		answer_done(&a);
		if (!continues)
			return 0;
	}
}

int call_more(const char *path, const char *method, json_t *parameters, unsigned seconds_max,
	      bool (*each)(void *ctx, struct answer *a), void *ctx, struct err *e)
{
	json_t *question = json_pack("{s:s, s:o, s:b}", "method", method, "parameters", parameters, "more", 1);
	struct reader in = {.path = path, .stop = -1};
	auto_fd int fd = question_send(path, question, NULL, seconds_max, e);
	int r;

	if (fd < 0)
		return fd;
	in.fd = fd;
	r = answers_each(&in, seconds_max, each, ctx, e);
	free(in.buf);
	return r;
}

int call(const char *path, const char *method, json_t *parameters, unsigned seconds_max, struct answer *ret,
	 struct err *e)
{
	return call_with(path, method, parameters, NULL, seconds_max, ret, e);
}

int call_with(const char *path, const char *method, json_t *parameters, const struct call_files *files, unsigned seconds_max,
	      struct answer *ret, struct err *e)
{
	json_t *question = json_pack("{s:s, s:o}", "method", method, "parameters", parameters);
	struct reader in = {.path = path, .stop = files ? files->stop : -1};
	auto_fd int fd = question_send(path, question, files, seconds_max, e);
	const char *text;
	bool continues;
	int r;

	if (fd < 0)
		return fd;
	in.fd = fd;
	r = receive(&in, seconds_max, &text, e);
	if (r == 0)
		r = answer_read(path, text, ret, &continues, e);
	free(in.buf);
	return r;
}
