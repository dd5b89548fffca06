/* Descriptors that come with a client's bytes: taken, bounded, and closed where nobody waits for it. */
#include "call_files.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/memory.h>

struct closing {
	int files[CALL_FILES_MAX];
	unsigned n;
};

static void *close_all(void *ctx)
{
	struct closing *c = ctx;

	for (unsigned i = 0; i < c->n; i++)
		close(c->files[i]);
	free(c);
	return NULL;
}

/* Where there is no thread to be had, it is better to wait than to run out of descriptors. */
static void close_aside(struct closing *c)
{
	pthread_attr_t how;
	pthread_t thread;

	pthread_attr_init(&how);
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&how, 64U << 10);
	if (pthread_create(&thread, &how, close_all, c))
		close_all(c);
	pthread_attr_destroy(&how);
}

void call_files_close(struct call_extra *extra)
{
	struct closing *c = must_alloc(sizeof(*c));

	for (unsigned i = 0; i < extra->n_files; i++)
		if (extra->files[i] >= 0)
			c->files[c->n++] = extra->files[i];
	extra->n_files = 0;
	if (c->n)
		close_aside(c);
	else
		free(c);
}

static bool take(struct msghdr *m, struct call_extra *extra)
{
	bool fit = !(m->msg_flags & MSG_CTRUNC); /* the kernel has dropped those for which there was no room */

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS
				   ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
		int files[CALL_FILES_MAX];
		struct call_extra more = {.n_files = (unsigned)n};

		memcpy(files, CMSG_DATA(c), n * sizeof(int));
		fit &= extra->n_files + n <= CALL_FILES_MAX;
		memcpy(fit ? extra->files + extra->n_files : more.files, files, n * sizeof(int));
		if (fit)
			extra->n_files += (unsigned)n;
		else
			call_files_close(&more);
	}
	return fit;
}

ssize_t call_files_receive(int fd, char *buf, size_t size, struct call_extra *extra)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(CALL_FILES_MAX * sizeof(int))];
	} control;
	struct iovec text = {buf, size};
	struct msghdr m = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0 || take(&m, extra))
		return n;
	call_files_close(extra);
	errno = EMFILE;
	return -1;
}
