/* Notices that something in a few folders changed. */
#pragma once

#include <systemd/sd-event.h>

#include <cgq/err.h>

struct watch;

struct watch_want {
	const char *const *folders; /* borrowed; they need not exist yet, and may be links, or lie behind some */
	size_t n;
	const char *suffix;	    /* only names that end so and do not begin with a dot, and what they link to; NULL: all */
	uint64_t quiet_usec;	    /* told when nothing more has changed for so long */
	void (*changed)(void *ctx);
	void *ctx;
};

int watch_new(sd_event *event, const struct watch_want *want, struct watch **ret, struct err *e);
void watch_free(struct watch *w);
