/* One file in a unit's folder, byte for byte; and the files that SetUnitProperties leaves there. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "unit_file_parts.h"
#include "whole.h"

void kept_file_done(struct kept_file *f)
{
	free(f->text);
	*f = (struct kept_file){0};
}

static int bytes_read(int fd, size_t len, struct kept_file *ret)
{
	auto_free char *text = must_alloc(len + 1);
	int r = whole_read(fd, text, len);

	if (r == 0)
		*ret = (struct kept_file){.stands = true, .text = take_ptr(text), .len = len};
	return r;
}

static int file_read(int folder, const char *name, struct kept_file *ret)
{
	auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > CONTROL_FILE_MAX_BYTES)
		return -EFBIG;
	return bytes_read(fd, (size_t)st.st_size, ret);
}

int unit_dir_get(const char *folder, const char *unit, const char *name, struct kept_file *ret, struct err *e)
{
	auto_fd int fd = -1;
	int r = unit_dir_open(folder, unit, false, &fd, e);

	*ret = (struct kept_file){0};
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	r = file_read(fd, name, ret);
	return r < 0 ? fail(e, -r, "%s/%s.d/%s: cannot be kept: %s", folder, unit, name, strerror(-r)) : 0;
}

static int bytes_write(int fd, const char *text, size_t len)
{
	int r = whole_write(fd, text, len);

	return r < 0 ? r : fchmod(fd, 0644) < 0 ? -errno : 0;
}

/* A leading dot: systemd reads no such file. Nothing in /run outlives the machine, so nothing is synced. */
static int file_replace(int folder, const char *name, const char *temp, const struct kept_file *file)
{
	auto_fd int fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = bytes_write(fd, file->text, file->len);
	if (r == 0 && renameat(folder, temp, folder, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(folder, temp, 0);
	return r;
}

int unit_dir_put(const char *folder, const char *unit, const char *name, const struct kept_file *file, struct err *e)
{
	auto_fd int fd = -1;
	int r = unit_dir_open(folder, unit, file->stands, &fd, e);
	char temp[NAME_MAX];

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	snprintf(temp, sizeof(temp), ".%s.cgq", name);
	unlinkat(fd, temp, 0); /* what a daemon that died in here has left */
	if (file->stands)
		r = file_replace(fd, name, temp, file);
	else if (unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		r = -errno;
	return r < 0 ? fail(e, -r, "%s/%s.d/%s: cannot be %s: %s", folder, unit, name, file->stands ? "written" : "removed",
			    strerror(-r))
		     : 0;
}

static bool control_name(enum knob k, char ret[64])
{
	const char *key = property_key(k);

	snprintf(ret, 64, "50-%s.conf", key ? key : "");
	return key;
}

int control_file_read(const struct unit_folders *f, const char *unit, enum knob k, struct kept_file *ret, struct err *e)
{
	char name[64];

	*ret = (struct kept_file){0};
	return control_name(k, name) ? unit_dir_get(f->control, unit, name, ret, e) : 0;
}

int control_file_restore(const struct unit_folders *f, const char *unit, enum knob k, const struct kept_file *before, struct err *e)
{
	char name[64];

	return control_name(k, name) ? unit_dir_put(f->control, unit, name, before, e) : 0;
}
