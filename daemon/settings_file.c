/* The settings file, if there is one. */
#include "settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "file_read.h"

#define SETTINGS_MAX_BYTES (64U << 10)

/* What others may write would let them say how much of the machine is left to root's shell. /dev/null has no say. */
static bool is_refused(int fd, const char *path, bool trusted_only, struct faults *faults)
{
	const char *why = NULL;
	struct stat st;
	char buf[120];

	if (fstat(fd, &st) < 0 || S_ISCHR(st.st_mode))
		return false;
	if (S_ISFIFO(st.st_mode))
		why = "is a FIFO, not a file";
	else if (trusted_only)
		why = file_distrust(&st, buf, sizeof(buf));
	if (why)
		fault_add(faults, SEVERITY_FAULT, (struct place){path, 1}, "%s", why);
	return why;
}

int settings_file_read(const char *path, bool trusted_only, struct settings *ret, struct faults *faults, struct err *e)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *text = must_alloc(SETTINGS_MAX_BYTES + 1);
	ssize_t n;

	*ret = settings_default;
	if (fd < 0 && errno == ENOENT && lstat(path, &(struct stat){0}) < 0)
		return 0;
	if (fd < 0)
		return fail(e, errno, "%s: cannot be read: %s", path, errno == ENOENT ? "is a link to nothing" : strerror(errno));
	if (is_refused(fd, path, trusted_only, faults))
		return 0;
	n = read(fd, text, SETTINGS_MAX_BYTES + 1);
	if (n < 0 || n > (ssize_t)SETTINGS_MAX_BYTES)
		return fail(e, n < 0 ? errno : EFBIG, "%s: %s", path, n < 0 ? strerror(errno) : "has more than 64 KiB");
	settings_read(path, text, (size_t)n, ret, faults);
	return 0;
}
