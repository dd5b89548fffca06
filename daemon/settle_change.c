/* What persons changed, together with the files: which policy that comes to, and what is kept of it. */
#include "settle_parts.h"

#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "log.h"
#include "override_choose.h"

void settle_change_load(struct daemon *d)
{
	struct err e = {0};

	changes_done(&d->changes);
	if (d->state_fd >= 0 && change_store_load(d->state_fd, &d->changes, &e) < 0 && e.code)
		log_line(LOG_LEVEL_WARNING, "state: %s; what was set while running, and what was rolled back, is forgotten",
			 e.text);
}

void settle_change_save(struct daemon *d)
{
	struct err e = {0};

	d->unsaved_changes = d->state_fd < 0 || change_store_save(d->state_fd, &d->changes, &e) < 0;
	if (e.code)
		settle_state_trouble(d, &e);
}

void settle_time_text(char ret[TIME_TEXT_BYTES])
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(ret, TIME_TEXT_BYTES, "%F %T", &tm);
}

/* The section of its group is gone: it would make a group that nobody belongs to. */
static void orphan_tell(void *ctx, const struct override *o)
{
	struct daemon *d = ctx;
	auto_free char *text = must_printf("no file names the group any more; what %s set at %s is taken back", o->who, o->when);

	settle_say(d, LOG_LEVEL_WARNING,
		   &(struct happening){
			   .kind = HAPPENING_PERSON, .group = o->group, .what = o->key, .was = o->value, .text = text},
		   "%s: %s: %s", o->group, o->key, text);
}

/* While a change is on trial they only rest: their group may be back in a moment. */
static bool give_up_orphans(struct daemon *d, const struct policy *p)
{
	return !d->changes.pending.is_pending && overrides_drop_orphans(&d->changes.overrides, p, orphan_tell, d);
}

void settle_change_end(struct daemon *d, const struct policy *stays)
{
	d->changes.pending = (struct pending){0};
	give_up_orphans(d, stays);
	settle_change_save(d);
}

/* Answers whether an override is given up, since nothing else names its group. */
static bool choose_with_groups(struct daemon *d, enum why why, const struct file_set *files, const struct faults *faults,
			       const struct file_set *good, struct choice *ret)
{
	bool good_holds = why == WHY_START || why == WHY_ROLLBACK; /* only real files are stored */
	struct overrides set;

	overrides_copy(&d->changes.overrides, &set);
	override_choose(&set, files, faults, good, good_holds, &d->machine, ret);
	overrides_done(&set);
	return give_up_orphans(d, ret->policy);
}

void settle_choose(struct daemon *d, enum why why, const struct file_set *seen, struct faults *faults,
		   const struct file_set *good, struct choice *ret)
{
	struct changes *c = &d->changes;
	struct file_set files = {0};
	bool changed = why == WHY_RELOAD && c->held.n > 0;

	if (why == WHY_RELOAD)
		held_done(&c->held);
	overrides_strip(seen, &files);
	changed |= held_apply(&c->held, &files, faults);
	changed |= choose_with_groups(d, why, &files, faults, good, ret);
	file_set_done(&files);
	if (changed)
		settle_change_save(d);
}
