/* Notices that something in a few folders changed: inotify on each, or on the nearest ancestor of one that is not there yet. */
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

/* Someone who never stops writing must not put the news off for ever: told after so many quiet times at the latest. */
#define PATIENCE 10

#define FOLDER_EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

struct watch {
	sd_event *event;
	struct watch_want want;
	sd_event_source **sources; /* one a folder, NULL where none could be had */
	sd_event_source *timer;
	uint64_t first_usec;	   /* of the changes that wait; 0: none waits */
};

static int on_inotify(sd_event_source *s, const struct inotify_event *ev, void *userdata);

/* Cuts path back to the nearest folder that exists. */
static void nearest_existing(char *path)
{
	while (access(path, F_OK) < 0) {
		char *slash = strrchr(path, '/');

		if (!slash || slash == path) {
			strcpy(path, slash ? "/" : ".");
			return;
		}
		*slash = '\0';
	}
}

static void arm(struct watch *w)
{
	for (size_t i = 0; i < w->want.n; i++) {
		char path[PATH_MAX];

		w->sources[i] = sd_event_source_disable_unref(w->sources[i]);
		if (strlen(w->want.folders[i]) >= sizeof(path))
			continue;
		strcpy(path, w->want.folders[i]);
		nearest_existing(path);
		/* Without a watch (no inotify instance left, say) the slow timer still finds the change. */
		if (sd_event_add_inotify(w->event, &w->sources[i], path, FOLDER_EVENTS, on_inotify, w) < 0)
			w->sources[i] = NULL;
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
static bool matters(const struct watch *w, const struct inotify_event *ev)
{
	size_t n = ev->len ? strlen(ev->name) : 0, suffix = w->want.suffix ? strlen(w->want.suffix) : 0;

	if (n == 0 || suffix == 0 || (ev->mask & (IN_ISDIR | IN_IGNORED | IN_Q_OVERFLOW)))
		return true;
	return ev->name[0] != '.' && n > suffix && strcmp(ev->name + n - suffix, w->want.suffix) == 0;
}

static int on_inotify(sd_event_source *s, const struct inotify_event *ev, void *userdata)
{
	struct watch *w = userdata;
	uint64_t now = 0, due;

	if (!matters(w, ev))
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
		.sources = must_alloc(want->n * sizeof(w->sources[0])),
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
	for (size_t i = 0; i < w->want.n; i++)
		sd_event_source_disable_unref(w->sources[i]);
	sd_event_source_disable_unref(w->timer);
	free(w->sources);
	free(w);
}
