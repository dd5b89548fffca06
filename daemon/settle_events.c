/* Which process events the daemon wants to be told of: everything while it looks at everything, and then what rules ask for. */
#include "settle_parts.h"

#include "log.h"

struct naming {
	struct event_filter *filter;
	struct err *e;
	int r;
};

static void name_member(void *ctx, struct member *one)
{
	struct naming *n = ctx;

	if (n->r == 0)
		n->r = event_filter_watch(n->filter, one->pid, n->e);
}

static void name_pin(void *ctx, struct pin *one)
{
	struct naming *n = ctx;

	if (n->r == 0)
		n->r = event_filter_watch(n->filter, one->pid, n->e);
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
	struct naming n = {.filter = d->filter, .e = &e};

	if (!d->filter)
		return;
	event_wants_make(d->choice.policy, d->resolved, &wants);
	n.r = event_filter_rules(d->filter, &wants, &e);
	event_wants_done(&wants);
	members_each(d->members, name_member, &n);
	pins_each(d->pins, name_pin, &n);
	if (n.r < 0)
		log_line(LOG_LEVEL_WARNING, "process events: the filter: %s; every event is told until the next look", e.text);
	else
		event_filter_end(d->filter, d->heard);
}
