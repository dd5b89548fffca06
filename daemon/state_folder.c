/* The state folder: small files, replaced whole or appended to. */
#include "state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "whole.h"

static int make_with_parents(const char *path)
{
	char buf[PATH_MAX];

	if (strlen(path) >= sizeof(buf))
		return -ENAMETOOLONG;
	strcpy(buf, path);
	for (char *p = buf + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(buf, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(buf, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int state_folder_open(const char *path, int *ret_fd, struct err *e)
{
	auto_fd int fd = -1;
	struct stat st;
	int r;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		r = make_with_parents(path);
		if (r < 0)
			return fail(e, -r, "%s: cannot be made: %s", path, strerror(-r));
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(e, errno, "%s: cannot be opened: %m", path);
	if (geteuid() == 0 && (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH))))
		return fail(e, EPERM, "%s: is not root's alone (uid %u, mode %03o)", path, st.st_uid,
			    st.st_mode & 0777);
	/* Two would each rename their files over the other's. Held until the descriptor is closed, however we end. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return fail(e, errno, "%s: another cgqd uses it", path);
	*ret_fd = take_fd(fd);
	return 0;
}

int state_read(int folder, const char *name, size_t max_bytes, char **ret, size_t *ret_len, struct err *e)
{
	auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	auto_free char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(e, errno, "%s: cannot be opened: %m", name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fail(e, EINVAL, "%s: is not a file", name);
	if ((uint64_t)st.st_size > max_bytes)
		return fail(e, EFBIG, "%s: has %lld bytes, more than the %zu it may have", name,
			    (long long)st.st_size, max_bytes);
	text = must_alloc((size_t)st.st_size + 1);
	r = whole_read(fd, text, (size_t)st.st_size);
	if (r < 0)
		return fail(e, -r, "%s: cannot be read: %s", name, strerror(-r));
	*ret_len = (size_t)st.st_size;
	*ret = take_ptr(text);
	return 0;
}

int state_read_lines(int folder, const char *name, size_t max_bytes, char **ret, struct err *e)
{
	char *text = NULL;
	size_t len = 0;
	int r = folder < 0 ? -ENOENT : state_read(folder, name, max_bytes, &text, &len, e);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return fail_prefix(e, "state");
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = '?';
	*ret = text;
	return 1;
}

static int replace(int folder, const char *name, const char *text, size_t len, bool waits_for_disk, struct err *e)
{
	char temp[NAME_MAX];
	auto_fd int fd = -1;
	int r;

	snprintf(temp, sizeof(temp), ".%s.new", name);
	/* What a daemon that died in here has left. */
	unlinkat(folder, temp, 0);
	fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(e, errno, "%s: cannot be written: %m", name);
	r = whole_write(fd, text, len);
	if (r == 0 && waits_for_disk && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(folder, temp, folder, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(folder, temp, 0);
		return fail(e, -r, "%s: cannot be written: %s", name, strerror(-r));
	}
	return 0;
}

int state_write(int folder, const char *name, const char *text, size_t len, struct err *e)
{
	return replace(folder, name, text, len, true, e);
}

int state_write_of_boot(int folder, const char *name, const char *text, size_t len, struct err *e)
{
	return replace(folder, name, text, len, false, e);
}

/* From start to where the descriptor stands, if that is what was written and nobody has appended to it. */
static bool tail_cut(int fd, off_t start, size_t written)
{
	off_t end = lseek(fd, 0, SEEK_CUR);
	struct stat st;

	return start >= 0 && end - start == (off_t)written && fstat(fd, &st) == 0 && st.st_size == end && ftruncate(fd, start) == 0;
}

/* Where a file system fills up, a write takes what still fits, and only the next one says that it is full. */
int state_append(int fd, const char *text, size_t len, bool *torn)
{
	ssize_t n = write(fd, text, len);
	size_t more;
	off_t start;
	int r;

	*torn = false;
	if (n == (ssize_t)len)
		return 0;
	if (n < 0)
		return -errno;
	start = lseek(fd, 0, SEEK_CUR) - n;
	r = whole_write_counted(fd, text + n, len - (size_t)n, &more);
	*torn = r < 0 && !tail_cut(fd, start, (size_t)n + more);
	return r;
}
