/* A write that moves nobody, every few milliseconds while programs start. */
#include "warm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cgq/memory.h>

#include "clock.h"
#include "warm_pace.h"

struct warm {
	sd_event_source *timer;
	bool (*touch)(void *ctx);
	void *ctx;
	uint64_t until_ns; /* CLOCK_MONOTONIC; 0: idle */
	struct warm_pace pace;
};

static int on_time(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct warm *w = userdata;
	uint64_t now = clock_now_ns();

	if (now >= w->until_ns || !w->touch(w->ctx)) {
		w->until_ns = 0;
		return sd_event_source_set_enabled(s, SD_EVENT_OFF);
	}
	warm_pace_note(&w->pace, now, clock_now_ns());
	return sd_event_source_set_time_relative(s, warm_pace_ns(&w->pace, now) / 1000);
}

struct warm *warm_new(sd_event *event, bool (*touch)(void *ctx), void *ctx, struct err *e)
{
	struct warm *w = must_alloc(sizeof(*w));
	int r = sd_event_add_time_relative(event, &w->timer, CLOCK_MONOTONIC, 0, 1, on_time, w);

	if (r < 0) {
		free(w);
		fail(e, -r, "the event loop: %s", strerror(-r));
		return NULL;
	}
	w->touch = touch;
	w->ctx = ctx;
	sd_event_source_set_enabled(w->timer, SD_EVENT_OFF);
	return w;
}

void warm_free(struct warm *w)
{
	if (!w)
		return;
	sd_event_source_disable_unref(w->timer);
	free(w);
}

void warm_note_start(struct warm *w, uint64_t now)
{
	bool idle = w->until_ns == 0;

	w->until_ns = now + WARM_KEPT_NS;
	if (!idle)
		return;
	sd_event_source_set_time_relative(w->timer, 0);
	sd_event_source_set_enabled(w->timer, SD_EVENT_ON);
}
