/* The answer of List: a row per group, and one for everything outside. */
#include <stdlib.h>

#include <cgq/auto.h>

#include "report.h"
#include "report_units.h"
#include "report_usage.h"

/* -1 says that there is no limit. */
static void put_limit_percent(json_t *o, const char *key, double percent, bool unlimited)
{
	if (unlimited)
		put(o, key, json_integer(-1));
	else
		put_percent(o, key, percent);
}

static void put_limit_bytes(json_t *o, const char *key, const struct usage_limit *v)
{
	if (v->kind == VALUE_MAX)
		put(o, key, json_integer(-1));
	else
		put_counter(o, key, (struct counter){ v->kind == VALUE_NUMBER, v->number });
}

void put_shares(json_t *o, const struct group_usage *u)
{
	put_counter(o, "procs", u->usage.procs);
	put_percent(o, "cpu_percent", u->usage.rates.cpu_percent);
	put_percent(o, "cpu_min_percent", u->cpu_min_percent);
	put_limit_percent(o, "cpu_max_percent", u->cpu_max_percent, u->cpu_unlimited);
	put_percent(o, "throttled_percent", u->usage.rates.throttled_percent);
	put_counter(o, "memory_bytes", u->usage.memory_bytes);
	put_limit_bytes(o, "memory_max_bytes", &u->usage.memory_max);
}

json_t *report_usage(const char *group, const struct group_usage *u, const struct group_state *s)
{
	json_t *o = json_object();

	put_text(o, "group", group);
	put_shares(o, u);
	put_counter(o, "io_bytes_per_second", u->usage.io_bytes_per_second);
	put_percent(o, "pressure_percent", u->usage.pressure_percent);
	put_text(o, "state", state_names[s->state]);
	put_text(o, "reason", s->reason[0] ? s->reason : NULL);
	put_text(o, "would", s->would[0] ? s->would : NULL);
	put(o, "frozen", json_boolean(s->frozen));
	put(o, "units", json_null());
	put(o, "processes", json_null());
	return o;
}

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
