/* A process is put into a group for a person: pinned there with its descendants, placed, and told; or all is as it was. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "settle_run_parts.h"
#include "text.h"
#include "users.h"

bool settle_run_lives(const struct placing *s)
{
	struct pollfd p = {.fd = s->held, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

static void pin_put(struct placing *s)
{
	struct pin pin = {
		.pid = s->f.pid,
		.start_ticks = s->f.start_ticks,
		.children = true,
		.run = true,
		.uid = s->uid,
		.at_usec = settle_now_usec(),
	};

	pin.key = pins_key(pin.pid, pin.start_ticks, pin.at_usec);
	snprintf(pin.group, sizeof(pin.group), "%s", s->path);
	pins_put(s->d->pins, &pin);
}

/* The rest of the machine is not looked at: somebody waits at a terminal. */
static void judge_alone(struct placing *s)
{
	settle_quick_take(s->d);
	placer_judge(&s->d->placer, s->f.pid);
}

/* Of a group without a cgroup, threads that place at once see nothing: they have to be told of the pin. */
static void judge_unseen(struct placing *s)
{
	settle_quick_pause(s->d);
	placer_judge(&s->d->placer, s->f.pid);
	settle_quick_go(s->d);
}

static int judge(struct placing *s, struct err *e)
{
	struct daemon *d = s->d;

	if (settle_no_cgroup(d, s->group)) {
		judge_unseen(s);
		return 0;
	}
	if (d->machine.placement == PLACEMENT_UNITS)
		return settle_run_on_units(d, &s->f, s->group, e);
	judge_alone(s);
	return 0;
}

static void undo(struct placing *s)
{
	struct err e = {0};

	placer_unpin(&s->d->placer, s->f.pid);
	if (s->before.pid)
		pins_put(s->d->pins, &s->before);
	if (s->d->machine.placement == PLACEMENT_UNITS)
		settle(s->d, WHY_PERSON, &e);
	else
		judge_alone(s);
	settle_pins_save(s->d);
}

/* What was said of the move that failed. */
static const char *trouble_of(const struct placing *s)
{
	const struct troubles *t = &s->d->troubles;
	const char *said = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].group == s->group && t->about[i].source == TROUBLE_PLACE)
			said = t->list[i].text;
	return said;
}

static void note_write(const struct placing *s, const char *why, char *note, size_t note_bytes)
{
	bool misses = namespaces_any(&s->d->choice.policy->groups[s->group].namespaces) && !settle_run_is_inside(s);

	snprintf(note, note_bytes, "%s has no cgroup now: %.200s; nothing limits what is started in it%s", s->path, why,
		 misses ? ", and none of its namespaces is made" : "");
}

/* 0 when it is in the group, or where that has no cgroup: then the note says so. */
static int result_judge(struct placing *s, char *note, size_t note_bytes, struct err *e)
{
	const char *why = settle_no_cgroup(s->d, s->group), *said;

	if (!settle_run_lives(s))
		return fail(e, ESRCH, "pid %d has ended", (int)s->f.pid);
	if (why)
		note_write(s, why, note, note_bytes);
	if (why || placer_is_placed(&s->d->placer, s->f.pid, s->group))
		return 0;
	said = trouble_of(s);
	return fail(e, EIO, "pid %d cannot be moved to %s%s%s", (int)s->f.pid, s->path, said ? ": " : "; cgq status says why",
		    said ? said : "");
}

static void tell(const struct placing *s)
{
	struct users *users = users_load();
	const char *who = users_name(users, s->uid), *name = s->command ? s->command : s->f.comm;
	struct happening h = {.kind = HAPPENING_PERSON,
			      .group = s->path,
			      .pid = s->f.pid,
			      .start_ticks = s->f.start_ticks,
			      .name = name,
			      .who = who,
			      .text = "started with cgq run"};

	settle_say(s->d, LOG_LEVEL_INFO, &h, "pid %d (%s): started into %s by %s with cgq run", (int)s->f.pid, TEXT_ESCAPED(name),
		   s->path, who);
	users_free(users);
}

int settle_run_place(struct placing *s, char *note, size_t note_bytes, struct err *e)
{
	int r;

	pin_put(s);
	/* what it forks inherits the pin: none of that is to be missed */
	if (s->d->filter)
		event_filter_watch(s->d->filter, s->f.pid);
	r = judge(s, e);
	if (r == 0)
		r = result_judge(s, note, note_bytes, e);
	if (r < 0) {
		undo(s);
		return r;
	}
	settle_pins_save(s->d);
	tell(s);
	return 0;
}
