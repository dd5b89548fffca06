/*
 * Descriptors that come with a client's call. To close one is to call the file system that it is of, and a client's own (FUSE) may
 * never answer: nothing ends a process that waits for it, and what that one holds is held for good. So they never become cgqd's. The
 * kernel lets go of what is received without room for it, and that asks a file system for nothing (no flush).
 */
#include "call_files.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "fd_message.h"

/* How much there is, and whether descriptors come with it: those are what there is no room for. */
static ssize_t glance(int fd, char *buf, size_t size, bool *ret_files)
{
	struct iovec text = {buf, size};
	struct msghdr m = {.msg_iov = &text, .msg_iovlen = 1};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_PEEK);

	*ret_files = m.msg_flags & MSG_CTRUNC;
	return n;
}

static bool is_one_call(const char *text, ssize_t len)
{
	return len > 0 && memchr(text, 0, (size_t)len) == text + len - 1;
}

ssize_t call_files_receive(int fd, char *buf, size_t size, size_t *ret_left)
{
	bool files;
	ssize_t n = glance(fd, buf, size, &files);

	*ret_left = n > 0 && files && is_one_call(buf, n) ? (size_t)n : 0;
	return *ret_left ? n : recv(fd, buf, size, MSG_DONTWAIT);
}

void call_files_drop(int fd, size_t left)
{
	char text[CALL_FILES_TEXT_MAX_BYTES];

	if (left && recv(fd, text, left, MSG_DONTWAIT) < 0)
		(void)errno; /* then it is no connection any more */
}

int call_files_take(int fd, size_t left, int *files, size_t n)
{
	char text[CALL_FILES_TEXT_MAX_BYTES];
	int all[FD_MESSAGE_MAX];
	size_t came = 0;
	ssize_t got = left > sizeof(text) ? -EMSGSIZE : fd_message_recv(fd, text, left, all, FD_MESSAGE_MAX, &came, MSG_DONTWAIT);

	if (got < 0)
		return (int)got;
	if ((size_t)got != left || came != n)
		return -EBADMSG;
	memcpy(files, all, n * sizeof(*files));
	return 0;
}
