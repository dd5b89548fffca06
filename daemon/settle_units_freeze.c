/* Units of groups that a person froze, through systemd. */
#include "settle_parts.h"

#include <errno.h>

#include "settle_units.h"

static const char *path_of(const struct daemon *d, unsigned group)
{
	return group < d->choice.policy->n_groups ? d->choice.policy->groups[group].path : NULL;
}

/* What an earlier cgqd left frozen stays so until a person says otherwise (law 4). */
static void take_over_frozen(struct daemon *d)
{
	struct in_place *u = &d->in_place;

	for (size_t i = 0; i < u->seen.n; i++) {
		const struct seen_unit *unit = &u->seen.list[i];
		const struct value *v = &unit->kernel[KNOB_FREEZE];

		if (unit->group == GROUP_NONE || v->kind != VALUE_NUMBER || !v->number)
			continue;
		frozen_found(&d->frozen, path_of(d, unit->group));
		unit_frozen_put(&u->frozen, unit->name);
	}
}

static bool wants(void *ctx, const struct seen_unit *u)
{
	const struct daemon *d = ctx;

	return u->group != GROUP_NONE && !u->refusal && frozen_find(&d->frozen, path_of(d, u->group));
}

static int set(void *ctx, const char *name, const struct seen_unit *u, bool frozen)
{
	struct daemon *d = ctx;
	struct err e = {0};
	int r = frozen ? units_freeze(d->in_place.bus, name, &e) : units_thaw(d->in_place.bus, name, &e);

	if (r < 0 && (u || r != -ENOENT))
		settle_trouble(d, TROUBLE_APPLY, u ? u->group : GROUP_NONE, e.text);
	return r;
}

void settle_units_freeze(struct daemon *d)
{
	struct unit_freezer by = {wants, set, d};
	struct in_place *u = &d->in_place;

	if (!u->is_taken_over && !d->passive)
		take_over_frozen(d);
	u->is_taken_over |= !d->passive;
	unit_frozen_follow(&u->frozen, &u->seen, &by);
}
