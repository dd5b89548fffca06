/* Strict groups: which files the gate holds back, what it asks, and what is told of it. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "log.h"
#include "text.h"

static const char late[] = "processes are placed only once they run";

static void tell_bad(struct daemon *d, const struct strict_file *f)
{
	auto_free char *text = must_printf("strict: %s: %s; %s", TEXT_ESCAPED(f->path), strict_file_reason(f), late);

	settle_trouble(d, TROUBLE_STRICT, f->group, text);
}

static void tell_none(struct daemon *d, const struct err *e)
{
	auto_free char *text = must_printf("strict: %s; %s", e->text, late);

	for (size_t i = 0; i < d->strict_files.n; i++) {
		d->strict_files.list[i].error = e->code;
		settle_trouble(d, TROUBLE_STRICT, d->strict_files.list[i].group, text);
	}
}

void settle_strict(struct daemon *d)
{
	struct err e = {0};

	if (!d->strict)
		return;
	strict_files_done(&d->strict_files);
	if (!d->passive && d->machine.placement == PLACEMENT_TREE)
		strict_files_make(d->choice.policy, &d->strict_files);
	troubles_begin(&d->troubles, TROUBLE_STRICT);
	if (strict_follow(d->strict, &d->strict_files, &e) < 0)
		tell_none(d, &e);
	strict_files_close(&d->strict_files);
	for (size_t i = 0; !e.code && i < d->strict_files.n; i++)
		if (d->strict_files.list[i].error)
			tell_bad(d, &d->strict_files.list[i]);
	troubles_settle(&d->troubles, TROUBLE_STRICT);
}

/*
 * It runs already, and the event of its exec says so; or it will in a moment: the gate, which decides that and tells it, hears of each
 * answer a little later.
 */
static bool is_too_late(const struct daemon *d, const struct gate_said *said, uint64_t now_ns)
{
	uint64_t from_ns = d->strict_answered_ns > said->at_ns ? d->strict_answered_ns : said->at_ns;

	return now_ns > from_ns + STRICT_LIMIT_MS * UINT64_C(1000000) || now_ns > said->at_ns + STRICT_MOST_MS * UINT64_C(1000000);
}

bool settle_strict_asks(void *ctx, const struct gate_said *said)
{
	struct daemon *d = ctx;
	const struct strict_file *f;

	/*
	 * What it and its parents did before, and who placed them, comes first. Where some of that was lost, everything is looked at,
	 * and the files are others then. In the middle of a full look, which has just taken what waited, none may begin.
	 */
	if (!d->placer.hears)
		batch_hurry(d->batch);
	f = strict_files_find(&d->strict_files, said->dev, said->ino);
	if (!f)
		return true;
	if (is_too_late(d, said, placer_now_ns()))
		return false;
	/* A member from here on, though its exec may fail and never be told: whom it forks then is to be told of. */
	if (d->filter)
		event_filter_watch(d->filter, said->pid);
	placer_before_exec(&d->placer, said->pid, said->at_ns, said->dev, said->ino, f->name);
	d->strict_answered_ns = placer_now_ns();
	return true;
}

void settle_strict_went_on(void *ctx, const struct gate_said *said)
{
	struct daemon *d = ctx;
	const struct strict_file *f = strict_files_find(&d->strict_files, said->dev, said->ino);
	auto_free char *more = said->count > 1 ? must_printf(", and %u more,", said->count - 1) : must_strdup("");
	auto_free char *text = must_printf("strict: exec of %s by pid %d%s went on after %d ms without a decision",
					   f ? TEXT_ESCAPED(f->path) : "a file", (int)said->pid, more, STRICT_LIMIT_MS);

	settle_say(d, LOG_LEVEL_WARNING,
		   &(struct happening){.kind = HAPPENING_TROUBLE,
				       .group = f && f->group != GROUP_NONE ? d->choice.policy->groups[f->group].path : NULL,
				       .text = text},
		   "%s", text);
}
