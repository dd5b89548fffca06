/* One policy file, replaced in one step. */
#include "dropin_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "whole.h"

static int write_whole(int fd, const char *text)
{
	int r = whole_write(fd, text, strlen(text));

	return r < 0 ? r : fchmod(fd, 0644) < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* A leading dot, and no .conf at the end: nobody takes it for a policy file meanwhile. */
static int replace(int folder, const char *name, const char *text)
{
	char temp[NAME_MAX];
	auto_fd int fd = -1;
	int r;

	snprintf(temp, sizeof(temp), ".%s.new", name);
	unlinkat(folder, temp, 0); /* what a daemon that died in here has left */
	fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = write_whole(fd, text);
	if (r == 0 && renameat(folder, temp, folder, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(folder, temp, 0);
	return r;
}

int dropin_file_put(const char *folder, const char *name, const char *text, struct err *e)
{
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r == 0 && text)
		r = replace(fd, name, text);
	else if (r == 0 && unlinkat(fd, name, 0) < 0)
		r = -errno;
	if (r < 0)
		return fail(e, -r, "%s/%s: cannot be %s: %s; nothing was changed", folder, name, text ? "written" : "removed",
			    strerror(-r));
	fsync(fd);
	return 0;
}
