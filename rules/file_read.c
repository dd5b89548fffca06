/* The bytes of one file, taken with care. */
#include "file_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "text.h"

void file_refuse(const char *as_name, const char *path, const char *why, struct file_set *ret, struct faults *faults)
{
	file_set_put(ret, as_name, path, NULL, 0, false);
	fault_add(faults, SEVERITY_FAULT, (struct place){ path, 1 }, "%s; refused", why);
}

const char *file_distrust(const struct stat *st, char *buf, size_t size)
{
	if (st->st_uid != 0)
		snprintf(buf, size, "is owned by uid %u, not by root", st->st_uid);
	else if (st->st_mode & 022)
		snprintf(buf, size, "is writable by others than root (mode %04o)", st->st_mode & 07777);
	else
		return NULL;
	return buf;
}

/* NULL for a regular file */
static const char *kind_refusal(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return NULL;
	case S_IFDIR:
		return "is a folder, not a file";
	case S_IFIFO:
		return "is a FIFO, not a file";
	case S_IFSOCK:
		return "is a socket, not a file";
	}
	return "is a device, not a file";
}

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Up to one byte more than may be, so that a file that grows meanwhile is noticed. */
static ssize_t bytes_read(int fd, char *buf, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

static void too_long_refuse(const char *as_name, const char *path, struct file_set *ret, struct faults *faults)
{
	char why[80];

	snprintf(why, sizeof(why), "has more than %u bytes", POLICY_FILE_MAX_BYTES);
	file_refuse(as_name, path, why, ret, faults);
}

int file_read_fd(int fd, const char *as_name, const char *path, struct file_set *ret, struct faults *faults)
{
	const size_t size = POLICY_FILE_MAX_BYTES + 1;
	auto_free char *buf = must_alloc(size);
	ssize_t n = bytes_read(fd, buf, size);

	if (n < 0)
		return (int)n;
	if ((size_t)n == size)
		too_long_refuse(as_name, path, ret, faults);
	else
		file_set_put(ret, as_name, path, buf, (size_t)n, !n);
	return 0;
}

/* A socket cannot be opened at all: said for what it is. */
static int open_failed(int folder_fd, const char *name, const char *as_name, const char *path, struct file_set *ret,
		       struct faults *faults)
{
	int error = errno;
	struct stat st;
	const char *why;

	if (fstatat(folder_fd, name, &st, 0) < 0)
		return -error;
	why = kind_refusal(st.st_mode);
	if (!why)
		return -error;
	file_refuse(as_name, path, why, ret, faults);
	return 0;
}

int file_read(int folder_fd, const char *name, const char *as_name, const char *path, bool trusted_only,
	      struct file_set *ret, struct faults *faults)
{
	const char *why = NULL;
	auto_fd int fd = -1;
	struct stat st;
	char buf[120];

	/* without blocking: else a FIFO without a writer would hold us up */
	fd = openat(folder_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return open_failed(folder_fd, name, as_name, path, ret, faults);
	if (fstat(fd, &st) < 0)
		return -errno;
	if (is_null_device(&st)) {
		file_set_put(ret, as_name, path, "", 0, true);
		return 0;
	}
	why = kind_refusal(st.st_mode);
	if (!why && trusted_only)
		why = file_distrust(&st, buf, sizeof(buf));
	if (why) {
		file_refuse(as_name, path, why, ret, faults);
		return 0;
	}
	if (st.st_size > (off_t)POLICY_FILE_MAX_BYTES) {
		too_long_refuse(as_name, path, ret, faults);
		return 0;
	}
	return file_read_fd(fd, as_name, path, ret, faults);
}
