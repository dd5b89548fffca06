/* What a person does to single processes and groups: pin, unpin, freeze, thaw. Each ends in the one path of settle. */
#include "settle_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "log.h"
#include "pin_store.h"
#include "text.h"
#include "users.h"

uint64_t settle_now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000;
}

void settle_person_happened(struct daemon *d, const struct deed *deed, const struct proc_facts *f, const char *text)
{
	struct users *users = users_load();
	const char *who = users_name(users, deed->uid);
	struct happening h = {.kind = HAPPENING_PERSON, .group = deed->group, .pid = deed->pid, .who = who, .text = text};

	if (f) {
		h.start_ticks = f->start_ticks;
		h.name = f->comm;
		settle_say(d, LOG_LEVEL_INFO, &h, "pid %d (%s): %s%s%s by %s", (int)f->pid, TEXT_ESCAPED(f->comm), text,
			   deed->group ? " " : "", deed->group ? deed->group : "", who);
	} else {
		settle_say(d, LOG_LEVEL_INFO, &h, "%s: %s by %s", deed->group, text, who);
	}
	users_free(users);
}

void settle_pins_save(struct daemon *d)
{
	auto_free char *text = NULL;
	struct err e = {0};

	if (pin_store_save(d->state_fd, d->pins, &e) == 0)
		return;
	text = must_printf("%s; pins that changed do not outlive this cgqd", e.text);
	settle_trouble(d, TROUBLE_STATE, GROUP_NONE, text);
}

/* Why the group has no cgroup, or NULL: it has one. */
const char *settle_no_cgroup(const struct daemon *d, unsigned group)
{
	if (d->machine.refusal[0])
		return d->machine.refusal;
	if (d->passive)
		return d->passive_reason;
	return d->choice.policy->groups[group].enforce ? NULL : "it is passive (enforce = no, or reset)";
}

static void pin_put(struct daemon *d, const struct deed *deed, const struct proc_facts *f)
{
	struct pin pin = {
		.pid = f->pid,
		.start_ticks = f->start_ticks,
		.children = deed->children,
		.uid = deed->uid,
		.at_usec = settle_now_usec(),
	};

	/* whoever inherited an earlier decision about it is free of that */
	placer_unpin(&d->placer, f->pid);
	pin.key = pins_key(pin.pid, pin.start_ticks, pin.at_usec);
	snprintf(pin.group, sizeof(pin.group), "%s", deed->group);
	pins_put(d->pins, &pin);
	settle_pins_save(d);
}

static int misses_process(struct deed_done *ret, int r)
{
	ret->missing = r == -ESRCH ? DEED_MISSES_PROCESS : DEED_MISSES_NOTHING;
	return r;
}

/* 0 when it is where it shall be. */
static int pin_judge(struct daemon *d, const struct deed *deed, unsigned group, struct deed_done *ret, struct err *e)
{
	const char *why = settle_no_cgroup(d, group);

	if (why) {
		snprintf(ret->note, sizeof(ret->note), "%s has no cgroup now: %.200s; pid %d is pinned, and stays where it is",
			 deed->group, why, (int)deed->pid);
		return 0;
	}
	if (placer_is_placed(&d->placer, deed->pid, group))
		return 0;
	if (!pins_find(d->pins, deed->pid))
		return misses_process(ret, fail(e, ESRCH, "pid %d has ended", (int)deed->pid));
	return fail(e, EBUSY, "pid %d is pinned, but cannot be moved to %s yet; cgq status says why", (int)deed->pid,
		    deed->group);
}

static void note_unsaved(struct daemon *d, const struct deed *deed, struct deed_done *ret)
{
	settle_pins_save(d); /* also of whom it was handed down to meanwhile */
	if (pins_changed(d->pins))
		snprintf(ret->note, sizeof(ret->note), "a restart of cgqd releases pid %d: its state folder cannot be written, its log "
			 "says why", (int)deed->pid);
}

static int pin(struct daemon *d, const struct deed *deed, unsigned group, struct deed_done *ret, struct err *e)
{
	struct proc_facts f;
	int r = misses_process(ret, placer_may_pin(&d->placer, deed->pid, group, &f, e));

	if (r == 0) {
		pin_put(d, deed, &f);
		settle_person_happened(d, deed, &f, deed->children ? "pinned, with its descendants, to" : "pinned to");
		r = settle(d, WHY_PERSON, e);
	}
	if (r == 0)
		r = pin_judge(d, deed, group, ret, e);
	if (r == 0 && !ret->note[0])
		note_unsaved(d, deed, ret);
	proc_facts_done(&f);
	return r;
}

static int unpin(struct daemon *d, const struct deed *deed, struct deed_done *ret, struct err *e)
{
	struct proc_facts f = {.pid = deed->pid};
	int r = proc_read(d->proc, &f, FACT_STAT);

	if (r < 0)
		r = misses_process(ret, fail(e, ESRCH, "there is no process %d", (int)deed->pid));
	else if (!pins_of(d->pins, deed->pid, f.start_ticks) || !placer_unpin(&d->placer, deed->pid))
		r = fail(e, EINVAL, "pid %d (%s): it is not pinned", (int)deed->pid, TEXT_ESCAPED(f.comm));
	if (r == 0) {
		settle_pins_save(d);
		settle_person_happened(d, deed, &f, "unpinned");
		r = settle(d, WHY_PERSON, e);
	}
	proc_facts_done(&f);
	return r;
}

static int freeze(struct daemon *d, const struct deed *deed, unsigned group, struct err *e)
{
	const char *path = d->choice.policy->groups[group].path, *why = settle_no_cgroup(d, group);
	bool is_new;
	int r;

	if (why)
		return fail(e, EINVAL, "%s has no cgroup that could be frozen: %s", path, why);
	if (machine_hierarchy(&d->machine, CONTROLLER_FREEZER) < 0)
		return fail(e, ENODEV, "%s cannot be frozen: this machine has no %s controller mounted", path,
			    controller_rows[CONTROLLER_FREEZER].v1);
	is_new = frozen_put(&d->frozen, path, deed->uid, settle_now_usec());
	r = settle(d, WHY_PERSON, e);
	if (r == 0 && !frozen_is(d->choice.policy, d->want, &d->tree, group))
		r = fail(e, EIO, "%s cannot be frozen: the kernel refused; the log of cgqd says why", path);
	if (r < 0 && is_new) {
		frozen_take_back(&d->frozen, path);
		settle(d, WHY_PERSON, NULL);
	}
	if (r < 0)
		return r;
	settle_person_happened(d, deed, NULL, "frozen");
	return 0;
}

static int thaw(struct daemon *d, const struct deed *deed, struct deed_done *ret, struct err *e)
{
	size_t n = frozen_drop(&d->frozen, deed->group);
	const struct frozen_group *above = frozen_above(&d->frozen, deed->group);
	int r;

	if (n == 0 && above)
		return fail(e, EBUSY, "%s is frozen with %s: cgq thaw %s", deed->group, above->path, above->path);
	if (n == 0) {
		snprintf(ret->note, sizeof(ret->note), "%s was not frozen", deed->group);
		return 0;
	}
	if (above)
		snprintf(ret->note, sizeof(ret->note), "%s stays frozen with %s", deed->group, above->path);
	r = settle(d, WHY_PERSON, e);
	if (r == 0)
		settle_person_happened(d, deed, NULL, "thawed");
	return r;
}

int settle_person(struct daemon *d, const struct deed *deed, struct deed_done *ret, struct err *e)
{
	unsigned group;

	*ret = (struct deed_done){0};
	/*
	 * A fork that is still to be told of must not count as news about a process that the person means now. Where events
	 * were lost everything is looked at, and another policy may be in force after it: the group is looked up then.
	 */
	daemon_drain_events(d);
	group = deed->group ? policy_group(d->choice.policy, deed->group) : GROUP_NONE;
	if (deed->group && group == GROUP_NONE) {
		ret->missing = DEED_MISSES_GROUP;
		return fail(e, ENOENT, "there is no group '%s'", TEXT_ESCAPED(deed->group));
	}
	switch (deed->kind) {
	case DEED_PIN:
		return pin(d, deed, group, ret, e);
	case DEED_UNPIN:
		return unpin(d, deed, ret, e);
	case DEED_FREEZE:
		return freeze(d, deed, group, e);
	case DEED_THAW:
		return thaw(d, deed, ret, e);
	case DEED_KILL:
		return settle_kill(d, deed, group, ret, e);
	}
	return -EINVAL;
}
