/* The way back of one net_apply() that failed half-way. */
#include "net_parts.h"

void net_step_done(struct net_work *w, struct net_end *n, int index, bool is_route, bool added,
		   const struct net_address *a)
{
	if (w->n_steps < NET_STEPS_MAX)
		w->steps[w->n_steps++] = (struct net_step){
			.end = n, .index = index, .is_route = is_route, .added = added, .address = *a};
}

/* With the link goes all that was made at it. */
static void made_delete(struct net_work *w)
{
	bool is_pair = w->q->net->mode == NET_VETH;
	struct net_end *n = is_pair ? &w->outside : &w->inside;
	struct net_link l = {0};

	if (net_link_see(n, is_pair ? w->q->link : NET_INSIDE_NAME, &l, NULL) > 0)
		net_link_delete(n, l.index, NULL);
}

static void steps_undo(struct net_work *w, bool are_routes)
{
	for (unsigned i = w->n_steps; i-- > 0;) {
		const struct net_step *s = &w->steps[i];

		if (s->is_route != are_routes)
			continue;
		if (s->is_route)
			net_route_set(s->end, s->index, &s->address, !s->added);
		else
			net_address_set(s->end, s->index, &s->address, !s->added);
	}
}

/* Nobody could be told more than what failed before. */
void net_undo(struct net_work *w)
{
	if (w->made) {
		made_delete(w);
		return;
	}
	/* a gateway can be named only where an address leads to it */
	steps_undo(w, false);
	steps_undo(w, true);
}
