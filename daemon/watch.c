/* Notices that something in a few folders changed: inotify on each, and on what leads to it and to the files that it links to. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "path_steps.h"

/* Someone who never stops writing must not put the news off for ever: told after so many quiet times at the latest. */
#define PATIENCE 10

#define FOLDER_EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

/* Who writes for longer than the quiet time has not closed the file yet. Asked for policy only: elsewhere logs are written. */
#define WRITE_EVENTS (FOLDER_EVENTS | IN_MODIFY)

/* An entry that is replaced, on the way to a folder or to a file that is linked to; its own attributes are its own business. */
#define ENTRY_EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* Hundreds of links in one folder are watched; of more, the slow timer finds what changed behind them. */
#define WATCHED_MAX 4096

struct watched {
	struct watch *watch;
	sd_event_source *source; /* NULL where none could be had */
	char *folder; /* or a file */
	char *name;   /* only this entry counts; NULL: every one that matters() */
};

struct watch {
	sd_event *event;
	struct watch_want want;
	struct watched **list;
	size_t n, cap;
	sd_event_source *timer;
	uint64_t first_usec; /* of the changes that wait; 0: none waits */
};

static int on_inotify(sd_event_source *s, const struct inotify_event *ev, void *userdata);

static void disarm(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		sd_event_source_disable_unref(w->list[i]->source);
		free(w->list[i]->folder);
		free(w->list[i]->name);
		free(w->list[i]);
	}
	w->n = 0;
}

static bool is_watched(const struct watch *w, const char *folder, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->list[i]->name && strcmp(w->list[i]->name, name) == 0 && strcmp(w->list[i]->folder, folder) == 0)
			return true;
	return false;
}

static void watch_add(struct watch *w, const char *folder, const char *name, uint32_t events)
{
	struct watched *one = must_alloc(sizeof(*one));

	*one = (struct watched){.watch = w, .folder = must_strdup(folder), .name = name ? must_strdup(name) : NULL};
	/* Without a watch (no inotify instance left, say) the slow timer still finds the change. */
	if (sd_event_add_inotify(w->event, &one->source, folder, events, on_inotify, one) < 0)
		one->source = NULL;
	array_grow(w->list, w->n, w->cap);
	w->list[w->n++] = one;
}

/*
 * A folder or a link is replaced, never written to, and to ask for that too makes the kernel look at all that it remembers of
 * the folder around it (60 ms in a busy /tmp). A link to /dev/null masks a file: what is thrown away there says nothing of it.
 */
static bool is_never_written(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) && lstat(path, &st) == 0 &&
	       !S_ISREG(st.st_mode);
}

static void on_step(void *ctx, const char *folder, const char *name)
{
	struct watch *w = ctx;

	if (w->n < WATCHED_MAX && !is_watched(w, folder, name))
		watch_add(w, folder, name, is_never_written(folder, name) ? ENTRY_EVENTS : ENTRY_EVENTS | IN_CLOSE_WRITE);
}

/* By itself: in the folder of what is linked to, others may write all the time. */
static void watch_target(struct watch *w, const char *link)
{
	struct stat st;

	if (w->n < WATCHED_MAX && stat(link, &st) == 0 && S_ISREG(st.st_mode))
		watch_add(w, link, NULL, IN_MODIFY);
}

static bool has_suffix(const struct watch *w, const char *name)
{
	size_t n = strlen(name), suffix = strlen(w->want.suffix);

	return name[0] != '.' && n > suffix && strcmp(name + n - suffix, w->want.suffix) == 0;
}

/* What a file's link leads to is as much a part of the folder as what lies in it. */
static void watch_links(struct watch *w, const char *folder)
{
	DIR *dir = w->want.suffix ? opendir(folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[PATH_MAX];

		if (entry->d_type != DT_LNK || !has_suffix(w, entry->d_name))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path))
			continue;
		path_steps(path, on_step, w);
		watch_target(w, path);
	}
	if (dir)
		closedir(dir);
}

static void arm(struct watch *w)
{
	disarm(w);
	for (size_t i = 0; i < w->want.n; i++) {
		path_steps(w->want.folders[i], on_step, w);
		watch_add(w, w->want.folders[i], NULL, w->want.suffix ? WRITE_EVENTS : FOLDER_EVENTS);
		watch_links(w, w->want.folders[i]);
	}
}

static int on_quiet(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct watch *w = userdata;

	w->first_usec = 0;
	arm(w);
	w->want.changed(w->want.ctx);
	return 0;
}

/* Debris beside the policy (temporary files of editors and config management) is no change. */
static bool matters(const struct watched *one, const struct inotify_event *ev)
{
	const struct watch *w = one->watch;

	if (ev->len == 0 || (ev->mask & (IN_IGNORED | IN_Q_OVERFLOW)))
		return true;
	if (one->name)
		return strcmp(ev->name, one->name) == 0;
	return !w->want.suffix || (ev->mask & IN_ISDIR) || has_suffix(w, ev->name);
}

static int on_inotify(sd_event_source *s, const struct inotify_event *ev, void *userdata)
{
	struct watched *one = userdata;
	struct watch *w = one->watch;
	uint64_t now = 0, due;

	if (!matters(one, ev))
		return 0;
	sd_event_now(w->event, CLOCK_MONOTONIC, &now);
	if (w->first_usec == 0)
		w->first_usec = now;
	due = now + w->want.quiet_usec;
	if (due > w->first_usec + PATIENCE * w->want.quiet_usec)
		due = w->first_usec + PATIENCE * w->want.quiet_usec;
	sd_event_source_set_time(w->timer, due);
	sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
	return 0;
}

int watch_new(sd_event *event, const struct watch_want *want, struct watch **ret, struct err *e)
{
	struct watch *w = must_alloc(sizeof(*w));
	int r;

	*w = (struct watch){
		.event = event,
		.want = *want,
	};
	r = sd_event_add_time(event, &w->timer, CLOCK_MONOTONIC, UINT64_MAX, 10000, on_quiet, w);
	if (r < 0) {
		watch_free(w);
		return fail(e, -r, "the timer of the folder watch cannot be made: %s", strerror(-r));
	}
	sd_event_source_set_enabled(w->timer, SD_EVENT_OFF);
	arm(w);
	*ret = w;
	return 0;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	disarm(w);
	sd_event_source_disable_unref(w->timer);
	free(w->list);
	free(w);
}
