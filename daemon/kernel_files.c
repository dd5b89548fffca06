/*
 * Reads and writes single files of cgroups. By system calls and not through libcgroup, which answers with codes of
 * its own where we need the errno (ENODEV, EBUSY and ENOSPC call for different things), leaves the tail of a longer
 * old value behind, and copies everything it knows of a cgroup to change one file.
 */
#include "kernel_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>

static bool path_climbs(const char *path)
{
	for (const char *p = path; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
			return true;
	}
	return false;
}

int kernel_files_path(const struct hierarchy *h, const char *path, const char *file, char ret[PATH_MAX], struct err *e)
{
	int n;

	if ((*path && *path != '/') || path_climbs(path) || (file && (path_climbs(file) || strchr(file, '/'))))
		return fail(e, EINVAL, "%s: %s: not a path of a cgroup", path, file ? file : "");
	n = snprintf(ret, PATH_MAX, "%s%s%s%s", h->mount, strcmp(path, "/") ? path : "", file ? "/" : "",
		     file ? file : "");
	if (n >= PATH_MAX)
		return fail(e, ENAMETOOLONG, "%.200s...: longer than a path may be", path);
	return 0;
}

static int file_fail(struct err *e, int code, const char *path, const char *file, const char *what)
{
	return fail(e, code, "%s: %s: %s: %s", *path ? path : "/", file, what, strerror(code));
}

static int file_open(const struct hierarchy *h, const char *path, const char *file, int flags, struct err *e)
{
	char full[PATH_MAX];
	int r = kernel_files_path(h, path, file, full, e);
	int fd;

	if (r < 0)
		return r;
	fd = open(full, flags | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return file_fail(e, errno, path, file, "open");
	return fd;
}

int kernel_files_read(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, char *buf,
		      size_t size, struct err *e)
{
	auto_fd int fd = file_open(h, path, file, O_RDONLY, e);
	size_t len = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_fail(e, errno, path, file, "read");
		len += (size_t)n;
		if (len == size)
			return file_fail(e, E2BIG, path, file, "read");
		if (!n)
			break;
	}
	buf[len] = '\0';
	return 0;
}

int kernel_files_write(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
		       const char *text, struct err *e)
{
	auto_fd int fd = file_open(h, path, file, O_WRONLY | O_TRUNC, e); /* O_TRUNC is for plain folders */
	/* A write of no bytes never reaches the kernel's handler; it takes the newline for an empty list. */
	const char *bytes = *text ? text : "\n";
	ssize_t n;

	if (fd < 0)
		return fd;
	n = write(fd, bytes, strlen(bytes));
	if (n < 0)
		return file_fail(e, errno, path, file, "write");
	return 0;
}

static bool is_folder(int dir, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return !fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

int kernel_files_children(struct kernel *k, const struct hierarchy *h, const char *path,
			  int (*each)(void *ctx, const char *name), void *ctx, struct err *e)
{
	char full[PATH_MAX];
	int r = kernel_files_path(h, path, NULL, full, e);
	auto_dir DIR *dir = NULL;
	struct dirent *d;

	if (r < 0)
		return r;
	dir = opendir(full);
	if (!dir)
		return file_fail(e, errno, path, ".", "open");
	for (errno = 0; (d = readdir(dir)); errno = 0) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") || !is_folder(dirfd(dir), d))
			continue;
		r = each(ctx, d->d_name);
		if (r)
			return r;
	}
	return errno ? file_fail(e, errno, path, ".", "list") : 0;
}

int kernel_files_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	return file_open(h, path, "cgroup.procs", O_WRONLY | O_APPEND, e);
}

int kernel_files_open_file(struct kernel *k, const struct hierarchy *h, const char *path, const char *file,
			   struct err *e)
{
	return file_open(h, path, file, O_RDONLY, e);
}

void kernel_free(struct kernel *k)
{
	if (k)
		k->free(k);
}
