/* Descriptors that come with a client's bytes: taken, bounded, and closed where nobody waits for it. */
#include "call_files.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "close_aside.h"

_Static_assert(CALL_FILES_MAX <= CLOSE_ASIDE_MAX, "all of a call are closed at once");

void call_files_close(struct call_extra *extra)
{
	close_aside(extra->files, extra->n_files);
	extra->n_files = 0;
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
