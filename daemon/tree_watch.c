/* Notices that somebody changes our tree. */
#include "tree_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cgq/memory.h>

#include "text.h"

/* IN_CLOSE_WRITE, not IN_MODIFY: each of our own moves, written to a descriptor that is kept, would wake the main loop. */
#define CGROUP_EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)
/* Of the base only that the tree itself goes: everybody's processes are written to its cgroup.procs. */
#define BASE_EVENTS	(IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR)

#define READS_AT_ONCE	8

/*
 * EVENTS: cgroup.events, which the kernel tells of only while somebody holds its inode (kernfs_notify_workfn, Linux 6.1);
 * HANDED: the base's cgroup.subtree_control.
 */
enum seen_as { SEEN_CGROUP, SEEN_BASE, SEEN_EVENTS, SEEN_HANDED, SEEN__COUNT };

static const struct {
	uint32_t events;
	const char *file; /* NULL: the folder */
} seen_rows[SEEN__COUNT] = {
	[SEEN_CGROUP] = {CGROUP_EVENTS, NULL},
	[SEEN_BASE] = {BASE_EVENTS, NULL},
	[SEEN_EVENTS] = {IN_MODIFY, "cgroup.events"},
	[SEEN_HANDED] = {IN_MODIFY, "cgroup.subtree_control"},
};

struct watched {
	int wd;
	enum seen_as as;
	unsigned hierarchy;
	char *path; /* relative to the tree; NULL for what belongs to the base */
};

struct tree_watch {
	struct tree_watch_want want;
	int fd;
	struct watched *list; /* ascending by wd */
	size_t n, cap;
	char tree[64];
	uint64_t shape; /* of what is watched; 0: to be made anew */
	bool sees_all;
};

struct tree_watch *tree_watch_new(const struct tree_watch_want *want, struct err *e)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct tree_watch *w;

	if (fd < 0) {
		fail(e, errno, "inotify: %s", strerror(errno));
		return NULL;
	}
	w = must_alloc(sizeof(*w));
	w->want = *want;
	w->fd = fd;
	return w;
}

static void list_free(struct watched *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

void tree_watch_free(struct tree_watch *w)
{
	if (!w)
		return;
	close(w->fd);
	list_free(w->list, w->n);
	free(w);
}

int tree_watch_fd(const struct tree_watch *w)
{
	return w->fd;
}

static int by_wd(const void *a, const void *b)
{
	int x = ((const struct watched *)a)->wd, y = ((const struct watched *)b)->wd;

	return (x > y) - (x < y);
}

static void tell(struct tree_watch *w, const struct inotify_event *ev)
{
	struct watched key = {.wd = ev->wd};
	const struct watched *one = w->n ? bsearch(&key, w->list, w->n, sizeof(key), by_wd) : NULL;
	const char *name = ev->len ? ev->name : "";

	if (ev->mask & IN_Q_OVERFLOW) {
		w->want.changed(w->want.ctx, 0, NULL, NULL);
		return;
	}
	if (!one || (one->as == SEEN_BASE && strcmp(name, w->tree) != 0 && !(ev->mask & IN_IGNORED)))
		return;
	if (seen_rows[one->as].file)
		name = seen_rows[one->as].file;
	if (ev->mask & (IN_IGNORED | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)) {
		/* Names no longer mean what they meant: a watch goes along with a cgroup that is renamed. */
		w->shape = 0;
		name = NULL;
	}
	w->want.changed(w->want.ctx, one->hierarchy, one->path, name);
}

bool tree_watch_read(struct tree_watch *w)
{
	alignas(struct inotify_event) char buf[16384];
	ssize_t n = 1;

	/* Bounded: who writes without end must not keep the caller here. What is left is there the next time. */
	for (unsigned i = 0; i < READS_AT_ONCE && (n = read(w->fd, buf, sizeof(buf))) > 0; i++)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const struct inotify_event *)(buf + at);

			tell(w, ev);
			at += (ssize_t)sizeof(*ev) + ev->len;
		}
	return n < 0 && errno == EAGAIN;
}

bool tree_watch_sees_all(const struct tree_watch *w)
{
	return w->shape && w->sees_all;
}

/* What is being made. */
struct following {
	struct tree_watch *w;
	const struct machine *m;
	struct watched *list;
	size_t n, cap;
	int error; /* positive errno of the first that could not be watched */
	bool left_out; /* any cgroup, for whatever reason */
};

/* A cgroup that is gone by now is told of by its parent's watch. */
static void watch_one(struct following *f, enum seen_as as, unsigned h, const char *path)
{
	const char *file = seen_rows[as].file;
	char inner[PATH_MAX], full[PATH_MAX + 300];
	int wd;

	machine_path(f->m, h, path, inner, sizeof(inner));
	snprintf(full, sizeof(full), "%s%s%s%s", f->m->hierarchies[h].mount, inner, file ? "/" : "", file ? file : "");
	wd = inotify_add_watch(f->w->fd, full, seen_rows[as].events);
	if (wd < 0) {
		f->left_out = true;
		if (errno != ENOENT && errno != ENOTDIR && !f->error)
			f->error = errno;
		return;
	}
	array_grow(f->list, f->n, f->cap);
	f->list[f->n++] = (struct watched){wd, as, h, path ? must_strdup(path) : NULL};
}

static bool is_skipped(const struct tree_watch *w, unsigned h, const char *path)
{
	return w->want.skips && w->want.skips(w->want.ctx, h, path);
}

static uint64_t shape_of(const struct tree_watch *w, const struct machine *m, const struct tree *t)
{
	uint64_t hash = 1;

	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		hash = text_hash(hash, m->hierarchies[h].mount, strlen(m->hierarchies[h].mount));
		hash = text_hash(hash, m->hierarchies[h].base, strlen(m->hierarchies[h].base));
		hash = text_hash(hash, (const char *)&m->hierarchies[h].controllers, sizeof(uint32_t));
	}
	for (size_t i = 0; i < t->n; i++) {
		uint32_t bits = t->list[i].hierarchies;

		for (unsigned h = 0; h < m->n_hierarchies; h++)
			if (bits & 1U << h && is_skipped(w, h, t->list[i].path))
				bits &= ~(1U << h);
		hash = text_hash(hash, t->list[i].path, strlen(t->list[i].path) + 1);
		hash = text_hash(hash, (const char *)&bits, sizeof(bits));
	}
	return hash ? hash : 1;
}

static void watch_cgroup(struct following *f, unsigned h, const char *path)
{
	watch_one(f, SEEN_CGROUP, h, path);
	if (f->m->hierarchies[h].version == 2)
		watch_one(f, SEEN_EVENTS, h, path);
}

static void watch_all(struct following *f, const struct tree *t)
{
	for (unsigned h = 0; t->n && h < f->m->n_hierarchies; h++) {
		if (!f->m->hierarchies[h].controllers || !(t->list[0].hierarchies & 1U << h))
			continue;
		watch_one(f, SEEN_BASE, h, NULL);
		if (f->m->hierarchies[h].version == 2)
			watch_one(f, SEEN_HANDED, h, NULL);
	}
	for (size_t i = 0; i < t->n && !f->error; i++)
		for (unsigned h = 0; h < f->m->n_hierarchies; h++)
			if (t->list[i].hierarchies & 1U << h && is_skipped(f->w, h, t->list[i].path))
				f->left_out = true;
			else if (t->list[i].hierarchies & 1U << h)
				watch_cgroup(f, h, t->list[i].path);
}

static void drop_old(struct tree_watch *w, const struct following *f)
{
	for (size_t i = 0; i < w->n; i++)
		if (!f->n || !bsearch(&w->list[i], f->list, f->n, sizeof(*f->list), by_wd))
			inotify_rm_watch(w->fd, w->list[i].wd);
	list_free(w->list, w->n);
}

int tree_watch_follow(struct tree_watch *w, const struct machine *m, const struct tree *t, struct err *e)
{
	struct following f = {.w = w, .m = m};
	uint64_t shape = shape_of(w, m, t);

	if (shape == w->shape)
		return 0;
	snprintf(w->tree, sizeof(w->tree), "%s", m->tree);
	watch_all(&f, t);
	if (f.n)
		qsort(f.list, f.n, sizeof(*f.list), by_wd);
	drop_old(w, &f);
	w->list = f.list;
	w->n = f.n;
	w->cap = f.cap;
	w->shape = shape;
	w->sees_all = !f.left_out;
	return f.error ? fail(e, f.error, "inotify: %s", strerror(f.error)) : 0;
}
