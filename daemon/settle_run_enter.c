/* `cgq enter`: whose namespaces are entered. */
#include <errno.h>
#include <string.h>

#include "settle_run_parts.h"

struct search {
	const struct placing *s;
	const struct pin *oldest;
};

/* Started in that group, for the same user where that is not root. */
static bool is_like(const struct placing *s, const struct pin *pin)
{
	return pin->run && strcmp(pin->group, s->path) == 0 && (s->uid == 0 || s->uid == pin->uid);
}

static void look(void *ctx, struct pin *one)
{
	struct search *w = ctx;

	/* not a descendant, which may have gone on to namespaces of its own */
	if (!one->inherited && is_like(w->s, one) && placer_is_there(&w->s->d->placer, one->pid, one->start_ticks) &&
	    (!w->oldest || one->at_usec < w->oldest->at_usec))
		w->oldest = one;
}

int settle_run_member(const struct placing *s, pid_t pid, struct err *e)
{
	const struct member *one = members_find(s->d->members, pid);

	if (one && one->group == s->group && placer_is_there(&s->d->placer, pid, one->start_ticks))
		return 0;
	return fail(e, ESRCH, "pid %d is no member of %s", (int)pid, s->path);
}

static int named_find(const struct placing *s, pid_t named, struct process_id *ret, struct err *e)
{
	const struct pin *pin = pins_find(s->d->pins, named);

	if (!pin || !is_like(s, pin) || !placer_is_there(&s->d->placer, pin->pid, pin->start_ticks))
		return fail(e, ESRCH, "pid %d was not started in %s by cgq run%s", (int)named, s->path,
			    s->uid ? ", or not by you" : "");
	*ret = (struct process_id){ pin->pid, pin->start_ticks };
	return 0;
}

int settle_run_like(const struct placing *s, pid_t named, struct process_id *ret, struct err *e)
{
	struct search w = {.s = s};

	if (named)
		return named_find(s, named, ret, e);
	pins_each(s->d->pins, look, &w);
	if (!w.oldest)
		return fail(e, ESRCH, "nobody runs in %s whose namespaces could be entered; cgq run starts somebody", s->path);
	*ret = (struct process_id){ w.oldest->pid, w.oldest->start_ticks };
	return 0;
}
