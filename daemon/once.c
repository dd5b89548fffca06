/* --once: applies, looks at what runs, and ends; nobody is there to try again later. */
#include <poll.h>

#include "daemon.h"
#include "log.h"

/* What cannot be reclaimed in five seconds is told. */
#define SHRINK_TRIES 5
/* In a storm of forks events are lost during every look. */
#define LOOKS_MAX 5

/* 1: some may have been missed. */
static int look_till_whole(struct daemon *d, struct err *e)
{
	int r = settle(d, WHY_START, e);

	for (unsigned looks = 1; r == 0 && looks < LOOKS_MAX; looks++) {
		daemon_take_events(d, NULL);
		if (!d->lost && !d->again)
			return 0;
		r = settle(d, d->lost ? WHY_LOST : WHY_VERIFY, e);
	}
	if (r < 0 || (!d->lost && !d->again))
		return r;
	log_line(LOG_LEVEL_WARNING, "%s; looked %d times",
		 d->lost ? "process events were lost: what starts just now may not be placed" :
			   "some cgroups could not be removed yet, their processes fork too fast",
		 LOOKS_MAX);
	return 1;
}

static void wait_for_reclaim(struct daemon *d)
{
	for (unsigned i = 0; i < SHRINK_TRIES && d->n_shrinking > 0; i++) {
		struct pollfd wait = {.fd = reclaim_fd(d->reclaim), .events = POLLIN};

		poll(&wait, 1, 1000);
		settle_shrunk(d);
	}
	for (size_t i = 0; i < d->n_shrinking; i++)
		log_line(LOG_LEVEL_WARNING, "%s: in use now %llu bytes > wanted %llu; the old limit stays", d->shrinking[i].path,
			 (unsigned long long)d->shrinking[i].use_bytes,
			 (unsigned long long)d->shrinking[i].wanted_bytes);
}

int daemon_once(struct daemon *d, struct err *e)
{
	int missed = look_till_whole(d, e);

	if (missed < 0)
		return missed;
	placer_journal(&d->placer);
	settle_pins_save(d);
	wait_for_reclaim(d);
	return missed || d->choice.n_refused > 0 || d->n_shrinking > 0;
}
