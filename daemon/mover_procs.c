/* The mover's descriptors of cgroup.procs, and what is written to them. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "mover_parts.h"
#include "text.h"

static void *fd_to_value(int fd)
{
	return (void *)((intptr_t)fd + 1);
}

static int fd_of_value(const void *value)
{
	return (int)((intptr_t)value - 1);
}

static void fd_drop(void *value)
{
	if (value)
		close(fd_of_value(value));
}

void procs_forget(struct mover *v)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		strmap_clear(&v->kept[h], fd_drop);
	v->n_kept = 0;
}

static struct strmap_entry *kept_entry(struct mover *v, unsigned hierarchy, const char *path)
{
	struct strmap_entry *one = strmap_find(&v->kept[hierarchy], path);

	if (one)
		return one;
	if (v->n_kept >= v->kept_max)
		procs_forget(v);
	v->n_kept++;
	return strmap_put(&v->kept[hierarchy], path);
}

/* 0 or -errno; *ret_fresh: it was opened just now. */
static int kept_open(struct mover *v, struct strmap_entry *one, unsigned hierarchy, const char *path, bool *ret_fresh)
{
	int fd;

	*ret_fresh = !one->value;
	if (one->value)
		return 0;
	fd = v->kernel->open_procs(v->kernel, &v->machine->hierarchies[hierarchy], path, NULL);
	if (fd < 0)
		return fd;
	one->value = fd_to_value(fd);
	return 0;
}

static int pid_write(int fd, pid_t pid)
{
	char text[TEXT_U64_BYTES + 1];
	size_t n = text_put_u64((uint64_t)pid, text);

	text[n++] = '\n';
	return write(fd, text, n) < 0 ? -errno : 0;
}

static int kept_write(struct mover *v, unsigned hierarchy, const char *path, pid_t pid)
{
	struct strmap_entry *one = kept_entry(v, hierarchy, path);
	bool fresh = false;
	int r;

	do {
		r = kept_open(v, one, hierarchy, path, &fresh);
		if (r < 0)
			return r;
		r = pid_write(fd_of_value(one->value), pid);
		if (r != -ENODEV)
			return r;
		fd_drop(take_ptr(one->value));
	} while (!fresh);
	return r;
}

int procs_write(struct mover *v, unsigned hierarchy, const char *path, pid_t pid)
{
	struct affinities bound = {0};
	int r;

	affinities_note(v, hierarchy, pid, &bound);
	r = kept_write(v, hierarchy, path, pid);
	affinities_restore(&bound);
	return r;
}

/* The cgroup is not there, or is an inner one of v2: one above it may do. */
static bool is_not_for_processes(int r)
{
	return r == -ENOENT || r == -ENODEV || r == -EBUSY || r == -EOPNOTSUPP;
}

int procs_write_upwards(struct mover *v, unsigned hierarchy, const char *path, pid_t pid, size_t *ret_len)
{
	auto_free char *at = must_strdup(path);
	size_t len = strlen(at);
	int r;

	for (;;) {
		if (len == 1 && at[0] == '/')
			len = 0;
		at[len] = '\0';
		r = procs_write(v, hierarchy, at, pid);
		if (len == 0 || !is_not_for_processes(r))
			break;
		while (len > 0 && at[--len] != '/')
			;
	}
	*ret_len = len;
	return r;
}
