/* The answers of List and ListColumns: a row per group, and one for everything outside. */
#include <stdlib.h>

#include <cgq/auto.h>

#include "report.h"
#include "report_units.h"
#include "report_usage.h"

json_t *report_group(const struct view *v, unsigned group, const struct usages *usages, const struct group_state *states)
{
	json_t *o = report_usage(v->choice->policy->groups[group].path, &usages->groups[group], &states[group]);

	put(o, "units", report_units(v, group, usages));
	return o;
}

json_t *report_outside(const struct view *v, const struct usages *all)
{
	struct group_usage u = { .cpu_min_percent = -1, .cpu_max_percent = -1 };
	struct group_state ok = { .state = STATE_OK };

	sampler_usage_outside(v->sampler, all->procs, &u.usage);
	return report_usage("outside", &u, &ok);
}

json_t *report_list(const struct view *v)
{
	auto_free struct group_state *states = NULL;
	json_t *o = json_object(), *groups = json_array();
	struct usages usages;

	usages_make(v, &usages);
	states = states_make(v, &usages);
	for (unsigned g = 0; g < usages.n; g++)
		json_array_append_new(groups, report_group(v, g, &usages, states));
	put(o, "groups", groups);
	put(o, "outside", report_outside(v, &usages));
	put(o, "refused", report_refused(v->choice));
	usages_done(&usages);
	return o;
}

json_t *report_list_columns(const struct view *v, const json_t *keys)
{
	auto_free struct group_state *states = NULL;
	struct usages usages;
	json_t *o = json_object();

	usages_make(v, &usages);
	states = states_make(v, &usages);
	put(o, "groups", report_columns(keys, v->choice->policy, &usages, states));
	put(o, "outside", report_outside(v, &usages));
	put(o, "refused", report_refused(v->choice));
	usages_done(&usages);
	return o;
}
