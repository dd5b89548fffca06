/* Arguments and environment of a program, as cgqd takes them. */
#include "run_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>
#include <cgq/run.h>

static uint32_t count(char *const list[], uint64_t *bytes)
{
	uint32_t n = 0;

	for (; list[n]; n++)
		*bytes += strlen(list[n]) + 1;
	return n;
}

static char *put(char *to, char *const list[])
{
	for (; *list; list++)
		to = stpcpy(to, *list) + 1;
	return to;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int run_text_make(char *const argv[], char *const environment[], struct err *e)
{
	auto_fd int fd = memfd_create("cgq-run", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint64_t bytes = 0;
	struct run_text head = {.n_arguments = count(argv, &bytes), .n_environment = count(environment, &bytes)};
	auto_free char *text = NULL;
	int r;

	if (fd < 0)
		return fail(e, errno, "a file for arguments and environment: %s", strerror(errno));
	if (bytes > RUN_TEXT_MAX_BYTES)
		return fail(e, E2BIG, "arguments and environment are more than %u bytes", RUN_TEXT_MAX_BYTES);
	head.bytes = (uint32_t)bytes;
	text = must_alloc(bytes + 1);
	put(put(text, argv), environment);
	r = write_all(fd, (const char *)&head, sizeof(head));
	if (r == 0)
		r = write_all(fd, text, bytes);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		r = -errno;
	return r < 0 ? fail(e, -r, "arguments and environment: %s", strerror(-r)) : take_fd(fd);
}
