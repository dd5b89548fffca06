/* When threads place at once, and by what; what they say goes to the placer. */
#include "settle_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "log.h"

struct pinned {
	pid_t *list;
	size_t n, cap;
};

static void pinned_add(void *ctx, struct pin *one)
{
	struct pinned *p = ctx;

	array_grow(p->list, p->n, p->cap);
	p->list[p->n++] = one->pid;
}

void settle_quick_take(struct daemon *d)
{
	struct quick_message m;

	while (d->quick && quick_take(d->quick, &m))
		placer_quick(&d->placer, &m);
}

void settle_quick_pause(struct daemon *d)
{
	if (!d->quick)
		return;
	d->has_time = false;
	quick_pause(d->quick);
	settle_quick_take(d);
}

/* ret_all: every rule has a value that threads are told of. */
static bool names_values(const struct daemon *d, bool *ret_all)
{
	struct event_wants w;
	bool any;

	event_wants_make(d->choice.policy, d->resolved, &w);
	any = w.n_names + w.n_exes + w.n_users + w.n_user_groups > 0;
	*ret_all = !w.every_exec;
	event_wants_done(&w);
	return any;
}

static bool places(const struct daemon *d)
{
	return d->event && d->want->hierarchies && !d->want->in_place;
}

/*
 * Not without a loop that hears what they say (--once). Where somebody else's move may have to be left as it is, only the main
 * loop knows whether this is such a one.
 */
static bool are_of_use(const struct daemon *d, bool *ret_all)
{
	return places(d) && d->want->leaf_of_group && !d->settings.drift_report && d->drift.n_held == 0 &&
	       names_values(d, ret_all);
}

bool settle_keeps_warm(const struct daemon *d)
{
	return d->settings.latency_low && !*mounts_favordynmods(d->mounts);
}

/* "as programs start, by 2 real-time threads; favordynmods on v2". how: "" where nothing is placed. */
static char *placing_text(const struct daemon *d, const char *how)
{
	const char *on = mounts_favordynmods(d->mounts);

	if (!*how || !*on)
		return must_strdup(how);
	return must_printf("%s; favordynmods on %s%s", how, on,
			   d->settings.latency_low ? ": latency = low has nothing to keep warm" : "");
}

/* In the log when it is news, and in the status as long as it is so. */
static void tell(struct daemon *d, enum log_level level, const char *how)
{
	auto_free char *text = placing_text(d, how), *before = d->quick_told;

	d->quick_told = take_ptr(text);
	if (*d->quick_told && (!before || strcmp(before, d->quick_told) != 0))
		log_line(level, "placing: %s", d->quick_told);
}

static void tell_result(struct daemon *d, const struct err *e)
{
	const char *refusal = quick_refusal(d->quick);
	unsigned n = quick_threads(d->quick);
	auto_free char *text = NULL;

	if (e->code)
		text = must_printf("by the main loop alone: %s", e->text);
	else if (refusal)
		text = must_printf("as programs start, by %u threads without real-time priority: %s", n, refusal);
	else
		text = must_printf("as programs start, by %u real-time threads", n);
	tell(d, refusal ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, text);
}

void settle_quick_go(struct daemon *d)
{
	struct pinned pinned = {0};
	struct err e = {0};
	bool place_all = false;

	if (!d->quick)
		return;
	if (!are_of_use(d, &place_all)) {
		quick_stop(d->quick);
		/* as usual, which is worth a word only beside another */
		tell(d, LOG_LEVEL_INFO, places(d) && *mounts_favordynmods(d->mounts) ? "within moments" : "");
		return;
	}
	pins_each(d->pins, pinned_add, &pinned);
	if (!d->filter)
		fail(&e, ENOTSUP, "the kernel does not filter process events");
	else
		quick_go(d->quick,
			 &(struct quick_plan){
				 .kernel = d->kernel,
				 .machine = &d->machine,
				 .policy = d->choice.policy,
				 .resolved = d->resolved,
				 .want = d->want,
				 .state_folder = d->state_fd,
				 .delegation_asker = d->delegation_asker,
				 .believes_records = d->tasks != NULL,
				 .keeps_warm = settle_keeps_warm(d),
				 .pinned = pinned.list,
				 .n_pinned = pinned.n,
			 },
			 d->filter, &e);
	free(pinned.list);
	d->has_time = place_all && !e.code && quick_threads(d->quick) > 0;
	tell_result(d, &e);
}
