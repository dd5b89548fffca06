/* Bytes of an open file, all of them. */
#include "whole.h"

#include <errno.h>
#include <unistd.h>

int whole_read(int fd, char *buf, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

int whole_write_counted(int fd, const char *bytes, size_t len, size_t *ret_done)
{
	for (*ret_done = 0; *ret_done < len;) {
		ssize_t n = write(fd, bytes + *ret_done, len - *ret_done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		*ret_done += (size_t)n;
	}
	return 0;
}

int whole_write(int fd, const char *bytes, size_t len)
{
	size_t done;

	return whole_write_counted(fd, bytes, len, &done);
}
