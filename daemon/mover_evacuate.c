/* Empties one cgroup into another. */
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

/* A child forked between the reading and the writing is found in the next round; its own children are born outside. */
#define ROUNDS_MAX 100

struct pids {
	pid_t *list;
	size_t n, cap;
	size_t foreign; /* shown as 0: in a pid namespace that is not below ours */
};

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
static int pids_read(struct mover *v, unsigned hierarchy, const char *path, struct pids *ret, struct err *e)
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

/* 0, -ESRCH when there is nothing (left) to move, or -errno with e. */
static int one_move(struct mover *v, unsigned hierarchy, const char *from, const char *to, pid_t pid, struct err *e)
{
	struct written w = {.hierarchies = 1U << hierarchy};
	struct target t;
	int r = target_hold(v, pid, 0, &t, e);

	if (r < 0)
		return r;
	w.paths[hierarchy] = to;
	w.lens[hierarchy] = strcmp(to, "/") == 0 ? 0 : strlen(to);
	/* the number was read before it was held: is its owner the one that was there? */
	r = process_is_in(v, pid, hierarchy, from, strcmp(from, "/") == 0 ? 0 : strlen(from)) ? 0 : -ESRCH;
	if (r == 0)
		r = procs_write(v, hierarchy, to, pid);
	if (r == 0 && !target_is_alive(&t)) {
		if (target_is_reaped(&t))
			stranger_put_back(v, pid, &w, NULL);
		r = -ESRCH;
	}
	if (r < 0 && r != -ESRCH)
		fail(e, -r, "pid %d (%s): %s: %s", (int)pid, TEXT_ESCAPED(t.facts.comm), TEXT_ESCAPED(to),
		     mover_why(-r, v->machine->hierarchies[hierarchy].version));
	target_done(&t);
	return r;
}

/* How many were refused; e is of the first. */
static size_t round_move(struct mover *v, unsigned hierarchy, const char *from, const char *to, const struct pids *pids,
			 struct err *e)
{
	size_t refused = 0;

	for (size_t i = 0; i < pids->n; i++) {
		int r = one_move(v, hierarchy, from, to, pids->list[i], refused ? NULL : e);

		if (r < 0 && r != -ESRCH)
			refused++;
	}
	return refused;
}

static int evacuate(struct mover *v, unsigned hierarchy, const char *from, const char *to, struct pids *pids,
		    struct err *e)
{
	struct err first = {0};

	for (int round = 0; round < ROUNDS_MAX; round++) {
		int r = pids_read(v, hierarchy, from, pids, e);

		if (r < 0)
			return r;
		if (pids->n == 0)
			break;
		/* none of them can be moved: asking again would be for nothing */
		if (round_move(v, hierarchy, from, to, pids, &first) == pids->n)
			break;
	}
	if (pids->n == 0 && pids->foreign == 0)
		return 0;
	if (pids->n == 0)
		return fail(e, EBUSY, "%s: %zu processes of another pid namespace", TEXT_ESCAPED(from), pids->foreign);
	return fail(e, EBUSY, "%s: %zu processes are left%s%s", TEXT_ESCAPED(from), pids->n, first.code ? ": " : "",
		    first.text);
}

int mover_evacuate(struct mover *v, unsigned hierarchy, const char *from, const char *to, struct err *e)
{
	struct pids pids = {0};
	int r = evacuate(v, hierarchy, from, to, &pids, e);

	free(pids.list);
	return r;
}
