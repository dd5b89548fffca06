/* Where only a helper sees which cgroups of v1 are delegated: there is one, or it is told that there is none. */
#include "settle_parts.h"

#include "delegation_ask.h"
#include "log.h"

static const char unseen[] = "delegated cgroups of v1 are not known as such, and processes in them are placed";

void settle_delegation(struct daemon *d)
{
	struct err e = {0};
	bool was_lost;

	if (!d->delegation_asker)
		return;
	was_lost = delegation_asker_is_lost(d->delegation_asker);
	delegation_asker_ready(d->delegation_asker, &e);
	if (e.code && !d->delegation_told)
		log_line(LOG_LEVEL_WARNING, "%s: %s", unseen, e.text);
	else if (!e.code && was_lost)
		log_line(LOG_LEVEL_WARNING, "for a moment, %s: a helper did not answer; there is another one", unseen);
	d->delegation_told = e.code != 0;
}
