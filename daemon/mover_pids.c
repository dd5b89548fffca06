/* Who is in a cgroup, for the mover. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "mover_parts.h"
#include "span.h"
#include "text.h"

/* All that is in fd, owned by the caller. */
static int text_read(int fd, char **ret, size_t *ret_len)
{
	auto_free char *text = NULL;
	size_t len = 0, size = 0;
	ssize_t n;

	do {
		if (size - len < 4096) {
			size = size ? size * 2 : 16384;
			text = must_realloc(text, size);
		}
		n = read(fd, text + len, size - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	} while (n > 0);
	*ret = take_ptr(text);
	*ret_len = len;
	return 0;
}

static void pids_parse(struct span text, struct pids *ret)
{
	struct span word;
	uint64_t pid;

	while ((word = span_word(&text)).len) {
		if (!span_u64(word, INT_MAX, &pid))
			continue;
		if (pid == 0) {
			ret->foreign++;
			continue;
		}
		array_grow(ret->list, ret->n, ret->cap);
		ret->list[ret->n++] = (pid_t)pid;
	}
}

/* All numbers in one file of a cgroup. A cgroup that is gone has none. */
static int file_read(struct mover *v, unsigned hierarchy, const char *path, const char *file, struct pids *ret,
		     struct err *e)
{
	const struct hierarchy *h = &v->machine->hierarchies[hierarchy];
	auto_fd int fd = v->kernel->open_file(v->kernel, h, path, file, e);
	auto_free char *text = NULL;
	size_t len = 0;
	int r;

	ret->n = 0;
	ret->foreign = 0;
	if (fd == -ENOENT || fd == -ENODEV)
		return 0;
	if (fd < 0)
		return fd;
	r = text_read(fd, &text, &len);
	/* cgroup.threads of an invalid cgroup of v2 */
	if (r == -ENODEV || r == -EOPNOTSUPP)
		return 0;
	if (r < 0)
		return fail(e, -r, "%s: %s: %s", TEXT_ESCAPED(path), file, strerror(-r));
	pids_parse((struct span){text, len}, ret);
	return 0;
}

/* Threads become the processes that they belong to. */
static void threads_to_pids(struct mover *v, struct pids *pids)
{
	size_t kept = 0;

	for (size_t i = 0; i < pids->n; i++) {
		pid_t pid;

		if (proc_of_thread(v->proc, pids->list[i], &pid) == 0 && (kept == 0 || pids->list[kept - 1] != pid))
			pids->list[kept++] = pid;
	}
	pids->n = kept;
}

/*
 * A process whose main thread has ended is listed where that was when it ended, which may be another cgroup: here, only
 * its other threads are to be found.
 */
int mover_pids_read(struct mover *v, unsigned hierarchy, const char *path, struct pids *ret, struct err *e)
{
	bool v2 = v->machine->hierarchies[hierarchy].version == 2;
	int r = file_read(v, hierarchy, path, "cgroup.procs", ret, e);

	if (r < 0 || ret->n || ret->foreign || !v->proc)
		return r;
	r = file_read(v, hierarchy, path, v2 ? "cgroup.threads" : "tasks", ret, e);
	if (r == 0)
		threads_to_pids(v, ret);
	return r;
}
