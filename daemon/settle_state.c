/* What the state folder keeps of the settled: written when it changes, and again until it was taken. */
#include "settle_parts.h"

#include <errno.h>

#include "base_store.h"

/* More files than can be kept are no fewer the next time. */
static void files_save(struct daemon *d, const struct file_set *files)
{
	struct err e = {0};
	int r = d->state_fd < 0 ? 0 : good_store_save(d->state_fd, files, &e);

	d->unsaved_good = r < 0 && r != -EFBIG;
	if (r < 0)
		settle_state_trouble(d, &e);
}

void settle_save_point(struct daemon *d)
{
	files_save(d, &d->confirming.point);
}

void settle_save_good(struct daemon *d)
{
	struct file_set files = {0};

	if (d->changes.pending.is_pending)
		return;
	overrides_strip(&d->choice.in_force, &files);
	files_save(d, &files);
	file_set_done(&files);
}

void settle_save_base(struct daemon *d)
{
	struct err e = {0};

	d->unsaved_base = base_store_save(d->state_fd, &d->machine, d->base_given, &e) < 0;
	if (d->unsaved_base)
		settle_state_trouble(d, &e);
}

void settle_save_again(struct daemon *d)
{
	troubles_begin(&d->troubles, TROUBLE_STATE);
	if (d->unsaved_good && d->changes.pending.is_pending)
		settle_save_point(d);
	else if (d->unsaved_good)
		settle_save_good(d);
	if (d->unsaved_changes)
		settle_change_save(d);
	if (d->unsaved_base)
		settle_save_base(d);
	settle_pins_save(d);
	troubles_settle(&d->troubles, TROUBLE_STATE);
}
