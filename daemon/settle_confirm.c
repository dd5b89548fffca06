/* A change that waits for its confirmation: begun, watched, confirmed or taken back as a whole. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "confirm_look.h"
#include "log.h"

/*
 * A changed folder is noticed by itself before anybody can type `cgq reload --confirm`: what was taken so in the last
 * minutes is part of what is to be confirmed. Five are enough to save some files and to look at them.
 */
#define YOUNG_USEC (300 * 1000000ULL)

static uint64_t boot_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now); /* also runs while the machine sleeps, as a person's patience does */
	return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000;
}

static void set_take(struct file_set *to, struct file_set *from)
{
	file_set_done(to);
	*to = *from;
	*from = (struct file_set){0};
}

static void numbers_take(struct confirm_numbers *to, struct confirm_numbers *from)
{
	confirm_numbers_done(to);
	*to = *from;
	*from = (struct confirm_numbers){0};
}

static void point_now(struct daemon *d, struct file_set *ret)
{
	file_set_done(ret);
	*ret = (struct file_set){0};
	overrides_strip(&d->choice.in_force, ret);
}

static void look_now(struct daemon *d, struct confirm_numbers *ret)
{
	confirm_numbers_done(ret);
	confirm_look(settle_glance(d), ret);
}

void settle_confirm_note(struct daemon *d, enum why why)
{
	struct confirming *c = &d->confirming;

	if (why == WHY_RELOAD) {
		c->young_usec = 0; /* it was asked for */
		return;
	}
	if (why == WHY_START || why == WHY_ROLLBACK || why == WHY_SET || d->changes.pending.is_pending)
		return;
	/* One that follows on a young one keeps its point to return to, and its own five minutes. */
	if (!c->young_usec || boot_usec() - c->young_usec >= YOUNG_USEC) {
		point_now(d, &c->young);
		look_now(d, &c->young_before);
	}
	c->young_usec = boot_usec();
}

void settle_confirm_done(struct daemon *d)
{
	struct confirming *c = &d->confirming;

	health_free(c->health);
	file_set_done(&c->point);
	file_set_done(&c->young);
	confirm_numbers_done(&c->before);
	confirm_numbers_done(&c->young_before);
	changes_done(&d->changes);
}

/* Where the change began: an earlier one that still waits is part of it. */
static void begin_at(struct daemon *d)
{
	struct confirming *c = &d->confirming;

	if (d->changes.pending.is_pending)
		return;
	if (c->young_usec && boot_usec() - c->young_usec < YOUNG_USEC) {
		set_take(&c->point, &c->young);
		numbers_take(&c->before, &c->young_before);
	} else {
		point_now(d, &c->point);
		look_now(d, &c->before);
	}
	c->young_usec = 0;
}

/* It stays as it is, or is what it was before. */
static void end(struct daemon *d)
{
	health_free(take_ptr(d->confirming.health));
	settle_change_end(d, d->choice.policy);
}

/* What is in force goes: another policy is chosen next, and what rests may have a group again. */
static void end_to_return(struct daemon *d)
{
	d->changes.pending = (struct pending){0};
	health_free(take_ptr(d->confirming.health));
	settle_change_save(d);
}

static bool is_changed(struct daemon *d)
{
	struct file_set now = {0};
	bool same;

	point_now(d, &now);
	same = file_sets_equal(&now, &d->confirming.point);
	file_set_done(&now);
	return !same;
}

static void health_begin(struct daemon *d)
{
	struct err e = {0};

	health_free(take_ptr(d->confirming.health));
	if (d->event && *d->settings.confirm_health &&
	    health_new(d->event, d->settings.confirm_health, &d->confirming.health, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "%s; the change is watched without it", e.text);
}

static void begin_tell(struct daemon *d, const char *who, unsigned seconds)
{
	auto_free char *text = must_printf("reload; to be confirmed within %u s", seconds);

	settle_say(d, LOG_LEVEL_INFO, &(struct happening){.kind = HAPPENING_PERSON, .who = who, .text = text},
		   "reload: to be confirmed within %u s, else the earlier files are in force again", seconds);
}

int settle_reload_confirm(struct daemon *d, const char *who, unsigned seconds, struct err *e)
{
	struct pending before = d->changes.pending;
	int r;

	begin_at(d);
	/* before anything is changed: we may be killed right after */
	settle_save_point(d);
	d->changes.pending = (struct pending){true, seconds, boot_usec() + seconds * 1000000ULL};
	settle_change_save(d);
	r = settle(d, WHY_RELOAD, e);
	if (r < 0 && !is_changed(d)) {
		d->changes.pending = before;
		settle_change_save(d);
		return r;
	}
	if (!is_changed(d)) {
		end(d);
		settle_save_good(d);
		return 0;
	}
	/* Taken, though maybe not carried out whole: it is on trial either way. */
	/* What the change itself took belongs to nobody's patience. */
	d->changes.pending.until_usec = boot_usec() + seconds * 1000000ULL;
	settle_change_save(d);
	health_begin(d);
	begin_tell(d, who, seconds);
	return r;
}

int settle_confirm(struct daemon *d, const char *who, struct err *e)
{
	if (!d->changes.pending.is_pending)
		return fail(e, ENOENT, "nothing waits to be confirmed");
	end(d);
	settle_save_good(d);
	settle_say(d, LOG_LEVEL_INFO, &(struct happening){.kind = HAPPENING_PERSON, .who = who, .text = "confirmed"},
		   "confirmed by %s", who);
	return 0;
}

static void rollback_tell(struct daemon *d, const char *why)
{
	struct happening h = {.kind = HAPPENING_ROLLBACK, .text = why};

	settle_say(d, LOG_LEVEL_WARNING, &h, "rolled back: %s; the earlier files are in force again", why);
	for (size_t i = 0; i < d->changes.held.n; i++) {
		h.what = d->changes.held.list[i].path;
		settle_happened(d, &h);
	}
}

static void hold(struct daemon *d, const char *why)
{
	auto_free char *dated = NULL;
	struct file_set now = {0};
	char when[TIME_TEXT_BYTES];

	settle_time_text(when);
	dated = must_printf("%s (%s)", why, when);
	point_now(d, &now);
	held_done(&d->changes.held);
	held_make(&now, &d->confirming.point, dated, &d->changes.held);
	file_set_done(&now);
}

/* What fails as a whole is tried again every second. */
static void roll_back(struct daemon *d, const char *why)
{
	bool is_first = !d->confirming.returning;
	struct err e = {0};

	if (is_first) {
		hold(d, why);
		d->confirming.returning = true;
		end_to_return(d);
		rollback_tell(d, why);
	}
	d->confirming.returning = settle(d, WHY_ROLLBACK, &e) < 0;
	if (d->confirming.returning && is_first)
		log_line(LOG_LEVEL_ERROR, "%s; tried again every second", e.text);
}

static bool is_bad(struct daemon *d, char *why, size_t size)
{
	struct confirm_health health = health_result(d->confirming.health);
	struct confirm_numbers now = {0};
	bool bad;

	look_now(d, &now);
	bad = confirm_judge(&d->confirming.before, &now, &health, why, size);
	confirm_numbers_done(&now);
	return bad;
}

void settle_confirm_tick(struct daemon *d)
{
	const struct pending *p = &d->changes.pending;
	char why[600];

	if (d->confirming.returning) {
		roll_back(d, "");
		return;
	}
	if (!p->is_pending)
		return;
	if (boot_usec() >= p->until_usec)
		snprintf(why, sizeof(why), "not confirmed within %us", p->seconds);
	else if (!is_bad(d, why, sizeof(why)))
		return;
	roll_back(d, why);
}

void settle_confirm_resume(struct daemon *d, const struct policy *now, struct file_set *good, bool is_known)
{
	if (!d->changes.pending.is_pending)
		return;
	if (is_known) {
		set_take(&d->confirming.point, good);
		return;
	}
	log_line(LOG_LEVEL_WARNING, "what an unconfirmed change would return to is not there any more; it stays");
	settle_change_end(d, now);
}

void settle_confirm_resumed(struct daemon *d)
{
	if (!d->changes.pending.is_pending)
		return;
	look_now(d, &d->confirming.before);
	health_begin(d);
	settle_confirm_tick(d);
	if (d->options.once && d->changes.pending.is_pending)
		log_line(LOG_LEVEL_WARNING, "a change waits to be confirmed, %u s are left: nobody takes it back before cgqd runs again",
			 settle_confirm_left(d));
}

unsigned settle_confirm_left(const struct daemon *d)
{
	uint64_t now = boot_usec(), until = d->changes.pending.until_usec;

	return d->changes.pending.is_pending && until > now ? (unsigned)((until - now + 999999) / 1000000) : 0;
}
