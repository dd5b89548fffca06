/* The settings file, if there is one. */
#include "settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define SETTINGS_MAX_BYTES (64U << 10)

int settings_file_read(const char *path, struct settings *ret, struct faults *faults, struct err *e)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *text = must_alloc(SETTINGS_MAX_BYTES + 1);
	ssize_t n;

	*ret = settings_default;
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(e, errno, "%s: cannot be read: %m", path);
	n = read(fd, text, SETTINGS_MAX_BYTES + 1);
	if (n < 0 || n > (ssize_t)SETTINGS_MAX_BYTES)
		return fail(e, n < 0 ? errno : EFBIG, "%s: %s", path, n < 0 ? strerror(errno) : "has more than 64 KiB");
	settings_read(path, text, (size_t)n, ret, faults);
	return 0;
}
