/* Kept descriptors of one cgroup. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "counter_files.h"

static const struct counter_row {
	enum controller controller;
	const char *v2, *v1;
} counter_rows[COUNTER__COUNT] = {
#define X(id, controller, v2, v1) [COUNTER_##id] = { controller, v2, v1 },
	COUNTER_TABLE(X)
#undef X
};

void counter_files_init(struct counter_files *f)
{
	for (unsigned i = 0; i < COUNTER__COUNT; i++)
		f->fds[i] = COUNTER_FD_UNOPENED;
}

static void close_one(struct counter_files *f, struct counter_source *s, unsigned i, int state)
{
	if (f->fds[i] >= 0) {
		close(f->fds[i]);
		s->kept--;
	}
	f->fds[i] = state;
}

void counter_files_done(struct counter_files *f, struct counter_source *s)
{
	for (unsigned i = 0; i < COUNTER__COUNT; i++)
		close_one(f, s, i, COUNTER_FD_UNOPENED);
}

void counter_files_retry(struct counter_files *f)
{
	for (unsigned i = 0; i < COUNTER__COUNT; i++)
		if (f->fds[i] == COUNTER_FD_GONE)
			f->fds[i] = COUNTER_FD_UNOPENED;
}

int counter_version(const struct counter_source *s, enum counter_file which)
{
	int h = machine_hierarchy(s->machine, counter_rows[which].controller);

	return h < 0 ? 0 : s->machine->hierarchies[h].version;
}

static int open_in(struct counter_source *s, unsigned h, const char *rel, enum counter_file which)
{
	const struct hierarchy *hierarchy = &s->machine->hierarchies[h];
	const char *file = hierarchy->version == 2 ? counter_rows[which].v2 : counter_rows[which].v1;
	char path[1024] = "";

	if (!file)
		return -ENOENT;
	if (rel)
		machine_path(s->machine, h, rel, path, sizeof(path));
	return s->kernel->open_file(s->kernel, hierarchy, path, file, NULL);
}

/* A cgroup need not stand in every hierarchy; its members are in each in which it does. */
static int open_anywhere(struct counter_source *s, const char *rel, enum counter_file which)
{
	int r = -ENOENT;

	for (unsigned c = 0; c < CONTROLLER__COUNT && r < 0; c++) {
		int h = machine_hierarchy(s->machine, c);

		if (h >= 0)
			r = open_in(s, (unsigned)h, rel, which);
	}
	return r;
}

static int open_one(struct counter_source *s, const char *rel, enum counter_file which)
{
	int h;

	if (counter_rows[which].controller == CONTROLLER__COUNT)
		return open_anywhere(s, rel, which);
	h = machine_hierarchy(s->machine, counter_rows[which].controller);
	return h < 0 ? -ENOENT : open_in(s, (unsigned)h, rel, which);
}

/* A descriptor to read from. *close_after: it is one too many to be kept. */
static int get_fd(struct counter_source *s, struct counter_files *f, const char *rel, enum counter_file which,
		  bool *close_after)
{
	int fd = f->fds[which];

	*close_after = false;
	if (fd >= 0)
		return fd;
	if (fd == COUNTER_FD_GONE)
		return -ENOENT;
	fd = open_one(s, rel, which);
	if (fd == -ENOENT || fd == -ENODEV)
		f->fds[which] = COUNTER_FD_GONE;
	if (fd < 0)
		return fd;
	if (s->kept >= s->kept_max) {
		*close_after = true;
	} else {
		f->fds[which] = fd;
		s->kept++;
	}
	return fd;
}

/* What is done with a descriptor: 0 or more, or -errno. */
typedef int read_fn(int fd, void *ctx);

static int with_fd(struct counter_source *s, struct counter_files *f, const char *rel, enum counter_file which,
		   read_fn *read_it, void *ctx)
{
	/* ENODEV: the cgroup was removed. It may have been made anew under the same name: look once more. */
	for (unsigned attempt = 0;; attempt++) {
		bool close_after;
		int fd = get_fd(s, f, rel, which, &close_after), r;

		if (fd < 0)
			return fd;
		r = read_it(fd, ctx);
		if (close_after)
			close(fd);
		if (r != -ENODEV || attempt)
			return r;
		close_one(f, s, which, COUNTER_FD_UNOPENED);
	}
}

struct text_buffer {
	char *p;
	size_t size;
};

static int read_text(int fd, void *ctx)
{
	struct text_buffer *b = ctx;
	ssize_t n = pread(fd, b->p, b->size - 1, 0);

	if (n < 0)
		return -errno;
	if (n > 0 && b->p[n - 1] == '\n')
		n--;
	b->p[n] = 0;
	return (int)n;
}

int counter_read(struct counter_source *s, struct counter_files *f, const char *rel, enum counter_file which,
		 char *buf, size_t size)
{
	struct text_buffer b = { buf, size };

	return with_fd(s, f, rel, which, read_text, &b);
}

static int count_lines(int fd, void *ctx)
{
	uint64_t *lines = ctx;
	char buf[8192];
	off_t at = 0;
	ssize_t n;

	*lines = 0;
	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		for (const char *p = buf; (p = memchr(p, '\n', (size_t)(buf + n - p))); p++)
			++*lines;
		at += n;
	}
	return n < 0 ? -errno : 0;
}

int counter_read_procs(struct counter_source *s, struct counter_files *f, const char *rel, uint64_t *ret)
{
	int r = with_fd(s, f, rel, COUNTER_PROCS, count_lines, ret);

	/* v1 keeps for a second, as long as it is read again, the list that a descriptor once saw (cgroup_pidlist_start). */
	if (f->fds[COUNTER_PROCS] >= 0)
		close_one(f, s, COUNTER_PROCS, COUNTER_FD_UNOPENED);
	return r;
}
