/* What is not urgent is taken in batches. */
#include "batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

struct batch {
	struct batch_want want;
	int all; /* an epoll of all descriptors, so that one switch is for all */
	sd_event_source *readable, *timer;
	bool waits;
};

static int on_readable(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct batch *b = userdata;

	if (!b->want.may_wait(b->want.ctx)) {
		b->want.take(b->want.ctx);
		return 0;
	}
	b->waits = true;
	sd_event_source_set_enabled(b->readable, SD_EVENT_OFF);
	sd_event_source_set_time_relative(b->timer, BATCH_USEC);
	return sd_event_source_set_enabled(b->timer, SD_EVENT_ONESHOT);
}

static int on_time(sd_event_source *s, uint64_t usec, void *userdata)
{
	batch_hurry(userdata);
	return 0;
}

static int fds_add(struct batch *b, struct err *e)
{
	for (unsigned i = 0; i < b->want.n; i++) {
		struct epoll_event ev = {.events = EPOLLIN};

		if (b->want.fds[i] >= 0 && epoll_ctl(b->all, EPOLL_CTL_ADD, b->want.fds[i], &ev) < 0)
			return fail(e, errno, "the event loop: %s", strerror(errno));
	}
	b->want.fds = NULL;
	return 0;
}

static int sources_add(struct batch *b, sd_event *event, struct err *e)
{
	int r = sd_event_add_io(event, &b->readable, b->all, EPOLLIN, on_readable, b);

	if (r >= 0)
		r = sd_event_add_time(event, &b->timer, CLOCK_MONOTONIC, UINT64_MAX, 1, on_time, b);
	if (r >= 0)
		r = sd_event_source_set_enabled(b->timer, SD_EVENT_OFF);
	return r < 0 ? fail(e, -r, "the event loop: %s", strerror(-r)) : 0;
}

int batch_new(sd_event *event, const struct batch_want *want, struct batch **ret, struct err *e)
{
	struct batch *b = must_alloc(sizeof(*b));
	int r;

	b->want = *want;
	b->all = epoll_create1(EPOLL_CLOEXEC);
	r = b->all < 0 ? fail(e, errno, "the event loop: %s", strerror(errno)) : fds_add(b, e);
	if (r == 0)
		r = sources_add(b, event, e);
	if (r < 0)
		batch_free(b);
	else
		*ret = b;
	return r;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	sd_event_source_disable_unref(b->readable);
	sd_event_source_disable_unref(b->timer);
	if (b->all >= 0)
		close(b->all);
	free(b);
}

void batch_hurry(struct batch *b)
{
	if (!b || !b->waits)
		return;
	b->waits = false;
	sd_event_source_set_enabled(b->timer, SD_EVENT_OFF);
	sd_event_source_set_enabled(b->readable, SD_EVENT_ON);
	b->want.take(b->want.ctx);
}
