/* One message with descriptors beside it. */
#include "fd_message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	char bytes[CMSG_SPACE(sizeof(int) * FD_MESSAGE_MAX)];
	struct cmsghdr align;
};

static void fds_attach(struct msghdr *m, const int *fds, size_t n)
{
	struct cmsghdr *c;

	m->msg_controllen = CMSG_SPACE(n * sizeof(int));
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
}

int fd_message_send(int fd, const void *data, size_t size, const int *fds, size_t n, int flags)
{
	union control control = {0};
	struct iovec bytes = {.iov_base = (void *)data, .iov_len = size};
	bool any = fds && n > 0;
	struct msghdr m = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = any ? &control : NULL};

	if (n > FD_MESSAGE_MAX)
		return -EINVAL;
	if (any)
		fds_attach(&m, fds, n);
	while (sendmsg(fd, &m, flags | MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* The kernel closes those for which there is no room in control; we those for which the caller has none. */
static size_t fds_detach(struct msghdr *m, int *fds, size_t max)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int all[FD_MESSAGE_MAX];
	size_t n;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(all, CMSG_DATA(c), n * sizeof(int));
	for (size_t i = 0; i < n; i++) {
		if (i < max)
			fds[i] = all[i];
		else
			close(all[i]);
	}
	return n < max ? n : max;
}

ssize_t fd_message_recv(int fd, void *data, size_t size, int *fds, size_t max, size_t *ret_n, int flags)
{
	union control control;
	struct iovec bytes = {.iov_base = data, .iov_len = size};
	struct msghdr m = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t n;

	*ret_n = 0;
	while ((n = recvmsg(fd, &m, flags | MSG_CMSG_CLOEXEC)) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_n = fds_detach(&m, fds, max);
	if (!(m.msg_flags & MSG_TRUNC))
		return n;
	while (*ret_n > 0)
		close(fds[--*ret_n]);
	return -EMSGSIZE;
}
