/* Who is in which cgroup of our tree: cgroup.procs of each, which is cheaper than /proc/PID/cgroup of everyone. */
#include "occupants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "tree_path.h"

void occupants_done(struct occupants *o)
{
	free(o->list);
	*o = (struct occupants){0};
}

static void add(struct occupants *o, pid_t pid, unsigned h, unsigned seen)
{
	struct occupant *one;

	array_grow(o->list, o->n, o->cap);
	one = &o->list[o->n++];
	one->pid = pid;
	for (unsigned i = 0; i < HIERARCHIES_MAX; i++)
		one->seen[i] = OCCUPANT_NOWHERE;
	one->seen[h] = seen;
}

/* Numbers, one a line; a line may be cut by the end of the buffer and go on in the next. */
static void take_numbers(struct occupants *o, const char *buf, size_t len, pid_t *partial, unsigned h, unsigned seen)
{
	for (size_t i = 0; i < len; i++) {
		if (buf[i] >= '0' && buf[i] <= '9') {
			*partial = *partial * 10 + (buf[i] - '0');
			continue;
		}
		/* 0 is a process of another pid namespace, which cannot be named from here */
		if (*partial > 0)
			add(o, *partial, h, seen);
		*partial = 0;
	}
}

static int read_cgroup(struct kernel *k, const struct machine *m, const struct tree *t, unsigned h, unsigned seen,
		       struct occupants *o, struct err *e)
{
	const struct hierarchy *hierarchy = &m->hierarchies[h];
	char path[TREE_PATH_MAX], buf[4096];
	auto_fd int fd = -1;
	pid_t partial = 0;
	ssize_t n;

	machine_path(m, h, t->list[seen].path, path, sizeof(path));
	fd = k->open_file(k, hierarchy, path, "cgroup.procs", e);
	if (fd < 0)
		return fd == -ENOENT || fd == -ENODEV ? 0 : fd;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		take_numbers(o, buf, (size_t)n, &partial, h, seen);
	if (n < 0 && errno != ENODEV && errno != EOPNOTSUPP)
		return fail(e, errno, "%s: cgroup.procs: %m", path);
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct occupant *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* One entry a pid, with what all hierarchies say of it. */
static void merge(struct occupants *o)
{
	size_t to = 0;

	if (o->n == 0)
		return;
	qsort(o->list, o->n, sizeof(o->list[0]), by_pid);
	for (size_t i = 1; i < o->n; i++) {
		if (o->list[i].pid != o->list[to].pid) {
			o->list[++to] = o->list[i];
			continue;
		}
		for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
			if (o->list[i].seen[h] != OCCUPANT_NOWHERE)
				o->list[to].seen[h] = o->list[i].seen[h];
	}
	o->n = to + 1;
}

int occupants_read(struct kernel *k, const struct machine *m, const struct tree *t, struct turns *turns,
		   struct occupants *ret, struct err *e)
{
	for (unsigned i = 0; i < t->n; i++)
		for (unsigned h = 0; h < m->n_hierarchies; h++) {
			int r = 0;

			if (t->list[i].hierarchies & (1U << h))
				r = read_cgroup(k, m, t, h, i, ret, e);
			if (r < 0)
				return r;
			turns_give(turns);
		}
	merge(ret);
	return 0;
}

const struct occupant *occupants_find(const struct occupants *o, pid_t pid)
{
	struct occupant key = {.pid = pid};

	return o->n ? bsearch(&key, o->list, o->n, sizeof(o->list[0]), by_pid) : NULL;
}
