/* Wakes for what others change in our tree, and for mounts of cgroups. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "log.h"
#include "tree_path.h"

#define MSEC_NS	     UINT64_C(1000000)
/* Whoever changes a limit often writes more than one file. */
#define QUIET_NS     (30 * MSEC_NS)
/*
 * The descriptor is not looked at more often, whoever writes how fast. Not by the loop's own rate limit: a source that is switched off
 * and on within it leaves the loop's timers out of order (sd_event_source_set_enabled(3), libsystemd 252), and none of them may come
 * any more.
 */
#define READ_USEC    20000U
#define MOUNTS_USEC  200000U
/*
 * After a settle that somebody else's writes made necessary the next one for such a reason comes no sooner than after so many
 * times the CPU time that it took: however fast they write, it costs no more than 1 % of a CPU.
 */
#define REST_TIMES   100

static void arm(struct daemon *d, uint64_t at_ns)
{
	struct drifting *g = &d->drift;

	if (at_ns < g->not_before_ns)
		at_ns = g->not_before_ns;
	if (!g->timer || (g->timer_ns && g->timer_ns <= at_ns))
		return;
	g->timer_ns = at_ns;
	sd_event_source_set_time(g->timer, at_ns / 1000 + 1);
	sd_event_source_set_enabled(g->timer, SD_EVENT_ONESHOT);
}

/* Its last process ended, most likely: whether one was moved out is known when those that ended have been told of. */
static void note_emptied(struct daemon *d, const char *path)
{
	struct drifting *g = &d->drift;

	for (unsigned i = 0; i < g->n_emptied; i++)
		if (!strcmp(g->emptied[i], path))
			return;
	if (g->n_emptied == ARRAY_SIZE(g->emptied)) /* the next verify sees the rest */
		return;
	g->emptied[g->n_emptied++] = must_strdup(path);
	arm(d, placer_now_ns() + QUIET_NS);
}

static bool any_deserted(struct daemon *d)
{
	struct drifting *g = &d->drift;
	bool any = false;

	if (g->n_emptied)
		daemon_take_events(d, NULL);
	for (; g->n_emptied; free(g->emptied[g->n_emptied]))
		any = settle_is_deserted(d, g->emptied[--g->n_emptied]) || any;
	return any;
}

/* The files that processes are written to. */
static bool is_members_file(const char *file)
{
	return !strcmp(file, "cgroup.procs") || !strcmp(file, "tasks") || !strcmp(file, "cgroup.threads") ||
	       !strcmp(file, "cgroup.events");
}

static void on_tree_changed(void *ctx, unsigned hierarchy, const char *path, const char *file)
{
	struct daemon *d = ctx;

	if (file && is_members_file(file))
		sampler_told_move(d->sampler);
	else
		sampler_told_write(d->sampler);
	if (path && file && !strcmp(file, "cgroup.events"))
		note_emptied(d, path);
	if (d->drift.asked || settle_stands(d, hierarchy, path, file))
		return;
	d->drift.asked = true;
	arm(d, placer_now_ns() + QUIET_NS);
}

/* Of one that is fought over every write would wake us: its next repair looks again. */
static bool is_fought_over(void *ctx, unsigned hierarchy, const char *path)
{
	struct daemon *d = ctx;
	char key[TREE_PATH_MAX];

	return drift_book_fights(d->drift.book, settle_drift_key(hierarchy, path, key, sizeof(key)), placer_now_ns());
}

static void readable_set(struct daemon *d)
{
	struct drifting *g = &d->drift;

	sd_event_source_set_enabled(g->readable, g->rests || g->paused ? SD_EVENT_OFF : SD_EVENT_ON);
}

static int on_readable(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct daemon *d = userdata;

	tree_watch_read(d->drift.watch);
	d->drift.rests = sd_event_source_set_time_relative(d->drift.rest, READ_USEC) >= 0 &&
			 sd_event_source_set_enabled(d->drift.rest, SD_EVENT_ONESHOT) >= 0;
	readable_set(d);
	return 0;
}

static int on_rested(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct daemon *d = userdata;

	d->drift.rests = false;
	readable_set(d);
	return 0;
}

static uint64_t cpu_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 * MSEC_NS + (uint64_t)t.tv_nsec;
}

static int on_due(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct daemon *d = userdata;
	uint64_t began_cpu_ns = cpu_now_ns();
	struct err e = {0};

	d->drift.timer_ns = 0;
	if (any_deserted(d) || d->drift.asked || placer_now_ns() >= drift_book_due_ns(d->drift.book)) {
		d->drift.asked = false;
		daemon_settle(d, WHY_DRIFT, &e);
	}
	d->drift.not_before_ns = placer_now_ns() + REST_TIMES * (cpu_now_ns() - began_cpu_ns);
	notice_follow(d);
	return 0;
}

/* Told once, until everything can be watched again. */
static void follow_tree(struct daemon *d)
{
	struct err e = {0};

	if (tree_watch_follow(d->drift.watch, &d->machine, &d->tree, &e) == 0) {
		d->drift.watch_told = d->drift.watch_told && e.code;
		return;
	}
	if (!d->drift.watch_told)
		log_line(LOG_LEVEL_WARNING, "%s (fs.inotify.max_user_watches); what others change in the rest of the tree is noticed "
			 "every %u s only", e.text, d->settings.verify_seconds);
	d->drift.watch_told = true;
}

/* Cgroups of ours that came and went as they should: no settle watches them anew. */
static bool sees_all(struct daemon *d)
{
	if (!tree_watch_sees_all(d->drift.watch))
		follow_tree(d);
	return tree_watch_sees_all(d->drift.watch);
}

void notice_look(struct daemon *d)
{
	/* Moves of threads: told by them, and by no write that is seen. */
	if (!d->gives_turn)
		settle_quick_take(d);
	/* In the middle of a settle, what it writes itself would be taken for somebody else's. */
	bool told = d->drift.watch && !d->gives_turn && tree_watch_read(d->drift.watch);

	sampler_watched(d->sampler, told && sees_all(d));
}

void notice_follow(struct daemon *d)
{
	uint64_t due = drift_book_due_ns(d->drift.book);

	if (!d->drift.watch)
		return;
	follow_tree(d);
	if (d->drift.asked)
		arm(d, placer_now_ns() + QUIET_NS);
	if (due != UINT64_MAX)
		arm(d, due);
}

static int on_mounts(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct daemon *d = userdata;
	struct err e = {0};

	if (mounts_changed(d->mounts))
		daemon_settle(d, WHY_MACHINE, &e);
	return 0;
}

static int keep(struct daemon *d, int r, sd_event_source *s, struct err *e)
{
	if (r < 0)
		return fail(e, -r, "the event loop: %s", strerror(-r));
	d->sources[d->n_sources++] = s;
	return 0;
}

void notice_pause(struct daemon *d)
{
	if (!d->drift.readable)
		return;
	d->drift.paused = true;
	readable_set(d);
}

void notice_go_on(struct daemon *d)
{
	if (!d->drift.readable || !d->drift.paused)
		return;
	tree_watch_read(d->drift.watch);
	d->drift.paused = false;
	readable_set(d);
}

static int open_watch(struct daemon *d, struct err *e)
{
	struct tree_watch_want want = {.changed = on_tree_changed, .skips = is_fought_over, .ctx = d};
	struct err no = {0};
	int r;

	d->drift.watch = tree_watch_new(&want, &no);
	if (!d->drift.watch) {
		log_line(LOG_LEVEL_WARNING, "%s; what others change in our tree is noticed every %u s only", no.text,
			 d->settings.verify_seconds);
		return 0;
	}
	r = sd_event_add_io(d->event, &d->drift.readable, tree_watch_fd(d->drift.watch), EPOLLIN, on_readable, d);
	if (r >= 0)
		r = sd_event_add_time(d->event, &d->drift.rest, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_rested, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->drift.rest, SD_EVENT_OFF);
	return r < 0 ? fail(e, -r, "the event loop: %s", strerror(-r)) : 0;
}

int notice_open(struct daemon *d, struct err *e)
{
	sd_event_source *s = NULL;
	int r = open_watch(d, e), fd = mounts_fd(d->mounts);

	if (r < 0)
		return r;
	r = sd_event_add_time(d->event, &d->drift.timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_due, d);
	if (r < 0)
		return fail(e, -r, "the event loop: %s", strerror(-r));
	sd_event_source_set_enabled(d->drift.timer, SD_EVENT_OFF);
	if (fd < 0)
		return 0;
	/* A mount that changed is told as an error with urgent data, once for each reader (proc_pid_mountinfo(5)). */
	r = sd_event_add_io(d->event, &s, fd, EPOLLPRI, on_mounts, d);
	if (r >= 0) /* a host of containers mounts all day */
		r = sd_event_source_set_ratelimit(s, MOUNTS_USEC, 1);
	return keep(d, r, s, e);
}

void notice_close(struct daemon *d)
{
	sd_event_source_disable_unref(d->drift.timer);
	d->drift.timer = NULL;
	sd_event_source_disable_unref(d->drift.readable);
	d->drift.readable = NULL;
	d->drift.rest = sd_event_source_disable_unref(d->drift.rest);
	tree_watch_free(take_ptr(d->drift.watch));
	while (d->drift.n_emptied)
		free(d->drift.emptied[--d->drift.n_emptied]);
}
