/* Compares the labels of security modules. */
#include "starter_label.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define LABEL_MAX_BYTES 4096

/* "unconfined\n", "firefox (enforce)\n", "system_u:system_r:init_t:s0" and a NUL. Without a module EINVAL or no such file. */
static int label_read(int folder, const char *name, char **ret, struct err *e)
{
	auto_free char *text = must_alloc(LABEL_MAX_BYTES);
	auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, LABEL_MAX_BYTES - 1);

	if (n < 0 && errno != EINVAL && errno != ENOENT)
		return fail(e, errno, "its /proc/PID/attr/current: %s", strerror(errno));
	if (n < 0)
		return 0;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	*ret = take_ptr(text);
	return 0;
}

int labels_check(const char *theirs, const char *ours, struct err *e)
{
	if ((!theirs && !ours) || (theirs && ours && !strcmp(theirs, ours)))
		return 0;
	return fail(e, EPERM, "it is confined as '%.100s' (AppArmor, SELinux), and its program would be as '%.100s'",
		    theirs ? theirs : "", ours ? ours : "");
}

int label_check(int proc, struct err *e)
{
	auto_free char *theirs = NULL, *ours = NULL;
	int r = label_read(proc, "attr/current", &theirs, e);

	if (r == 0)
		r = label_read(AT_FDCWD, "/proc/self/attr/current", &ours, e);
	return r == 0 ? labels_check(theirs, ours, e) : r;
}
