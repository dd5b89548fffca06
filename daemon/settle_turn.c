/* While everything is looked at, clients that only look themselves are answered: see turns.h. */
#include "settle_parts.h"

#include "methods.h"

void settle_follow(struct daemon *d)
{
	sampler_follow(d->sampler, &d->machine, d->choice.policy, d->want, d->members);
	d->followed = true;
}

/*
 * Between two processes of a look all is whole that answers are made of: policy, cgroups and limits are in force, and the tree
 * was read since. Only who is in which group is on its way. Rules stay: what changes something waits for the loop.
 */
void settle_give_turn(void *ctx)
{
	struct daemon *d = ctx;

	/* At a start nobody is answered before the look is done; in place, units are limited only after it, and it moves nobody. */
	if (!d->ready || d->in_place.looks)
		return;
	if (!d->followed)
		settle_follow(d);
	d->gives_turn = true;
	server_turn(d->server, methods_only_look);
	d->gives_turn = false;
}
