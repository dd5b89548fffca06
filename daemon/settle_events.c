/* Which process events the daemon wants to be told of: everything while it looks at everything, and then what rules ask for. */
#include "settle_parts.h"

#include <stdlib.h>

#include "log.h"

struct named {
	pid_t *list;
	size_t n, cap;
};

static void name(struct named *w, pid_t pid)
{
	array_grow(w->list, w->n, w->cap);
	w->list[w->n++] = pid;
}

static void name_member(void *ctx, struct member *one)
{
	name(ctx, one->pid);
}

static void name_pin(void *ctx, struct pin *one)
{
	name(ctx, one->pid);
}

static int watch_named(struct daemon *d, struct err *e)
{
	struct named w = {0};
	int r;

	members_each(d->members, name_member, &w);
	pins_each(d->pins, name_pin, &w);
	r = event_filter_watch_all(d->filter, w.list, w.n, e);
	free(w.list);
	return r;
}

void settle_hear_everything(struct daemon *d)
{
	d->heard = false;
	if (d->filter)
		event_filter_begin(d->filter);
}

void settle_hear_wanted(struct daemon *d)
{
	struct event_wants wants;
	struct err e = {0};
	int r;

	if (!d->filter)
		return;
	event_wants_make(d->choice.policy, d->resolved, &wants);
	r = event_filter_rules(d->filter, &wants, &e);
	event_wants_done(&wants);
	if (r == 0)
		r = watch_named(d, &e);
	if (r < 0)
		log_line(LOG_LEVEL_WARNING, "process events: the filter: %s; every event is told until the next look", e.text);
	else
		event_filter_end(d->filter, d->heard);
}
