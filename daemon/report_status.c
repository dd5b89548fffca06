/* The answer of Status: one page for each group. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "charged_elsewhere.h"
#include "placement.h"
#include "report.h"
#include "report_change.h"
#include "report_knobs.h"
#include "report_limits.h"
#include "report_namespaces.h"
#include "report_units.h"
#include "report_usage.h"
#include "would_be.h"

static const char *layout_text(enum layout l)
{
	static const char *const texts[] = {
		[LAYOUT_NONE] = "no cgroups",
		[LAYOUT_V1] = "v1",
		[LAYOUT_MIXED] = "v1 and v2",
		[LAYOUT_V2] = "v2",
		[LAYOUT_V2_SYSTEMD] = "v2 under systemd",
	};

	return texts[l];
}

static void append(char *buf, size_t size, const char *text)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s", text);
}

/* "cpu, cpuacct, memory", as far as the node stands in hierarchies of that version. */
static bool controllers_text(const struct view *v, const struct node *node, int version, char *buf, size_t size)
{
	bool any = false;

	for (unsigned c = 0; c < CONTROLLER__COUNT; c++) {
		int h = machine_hierarchy(v->machine, c);
		const char *name = version == 1 ? controller_rows[c].v1 : controller_rows[c].v2;

		if (!(node->controllers & 1U << c) || h < 0 || v->machine->hierarchies[h].version != version || !name)
			continue;
		append(buf, size, any ? ", " : "");
		append(buf, size, name);
		any = true;
	}
	return any;
}

/* Of a group that has no unit to be limited on: left as it is, or not running. NULL: it has none at all. */
static const struct seen_unit *unit_to_come(const struct view *v, unsigned group)
{
	for (size_t i = 0; v->units && i < v->units->n; i++)
		if (v->units->list[i].group == group)
			return &v->units->list[i];
	return NULL;
}

static void no_unit_text(const struct view *v, unsigned group, char *buf, size_t size)
{
	const struct seen_unit *s = unit_to_come(v, group);

	if (!s)
		snprintf(buf, size, "in place, once its processes are found in a unit of systemd");
	else if (s->refusal)
		snprintf(buf, size, "none: %s", s->refusal);
	else
		snprintf(buf, size, "in place, on %s once it runs", s->name);
}

/* "in place on apache2.service, php8.2-fpm.service" */
static void units_text(const struct view *v, unsigned group, char *buf, size_t size)
{
	const struct want *w = v->want;
	size_t first = w->node_of_group[group];

	if (w->nodes[first].path[0] != '/') {
		no_unit_text(v, group, buf, size);
		return;
	}
	snprintf(buf, size, "in place");
	for (size_t i = first; i < w->n && w->nodes[i].group == group; i++) {
		append(buf, size, i == first ? " on " : ", ");
		append(buf, size, strrchr(w->nodes[i].path, '/') + 1);
	}
}

/* "own tree /cgq/web (v1: cpu, cpuacct, memory)" */
static void group_placement(const struct view *v, unsigned group, char *buf, size_t size)
{
	const struct want *w = v->want;
	const struct node *node;
	char path[1024], v1[256] = "v1: ", v2[256] = "v2: ";
	bool has_v1, has_v2;
	int h = machine_hierarchy(v->machine, CONTROLLER_CPU);

	if (!w->n || w->node_of_group[group] == UINT32_MAX) {
		snprintf(buf, size, "none: its processes stay where they are");
		return;
	}
	if (w->in_place) {
		units_text(v, group, buf, size);
		return;
	}
	if (!w->hierarchies) {
		snprintf(buf, size, "none: %s", v->machine->refusal);
		return;
	}
	node = &w->nodes[w->node_of_group[group]];
	machine_path(v->machine, h < 0 ? (unsigned)__builtin_ctz(w->hierarchies) : (unsigned)h, node->path, path,
		     sizeof(path));
	has_v1 = controllers_text(v, node, 1, v1, sizeof(v1));
	has_v2 = controllers_text(v, node, 2, v2, sizeof(v2));
	snprintf(buf, size, "own tree %s (%s%s%s)", path, has_v1 ? v1 : "", has_v1 && has_v2 ? "; " : "", has_v2 ? v2 : "");
}

static json_t *rules_of(const struct policy *p, unsigned group)
{
	json_t *list = json_array();

	for (size_t r = 0; r < p->n_rules; r++)
		if (p->rules[r].group == group)
			json_array_append_new(list, report_rule(&p->rules[r]));
	return list;
}

/* GROUP_NONE: those of the whole tree. */
static json_t *troubles_of(const struct view *v, unsigned group)
{
	json_t *list = json_array();

	if (group == GROUP_NONE && v->machine->refusal[0])
		json_array_append_new(list, report_text(v->machine->refusal));
	for (size_t i = 0; i < v->n_troubles; i++)
		if (v->troubles[i].group == group)
			json_array_append_new(list, report_text(v->troubles[i].text));
	/* A group's drift is its state; the tree has none. */
	for (size_t i = 0; group == GROUP_NONE && i < v->n_drifts; i++)
		if (v->drifts[i].group == GROUP_NONE)
			json_array_append_new(list, report_text(v->drifts[i].text));
	return list;
}

/* Of a passive group: how often it would have been held back, since cgqd runs. */
static json_t *would_times(const struct view *v, unsigned group)
{
	static const char *const names[] = {[WOULD_CPU] = "throttled", [WOULD_MEMORY] = "over_memory", [WOULD_TASKS] = "over_tasks"};
	uint64_t times[WOULD__COUNT];
	json_t *o;

	if (!v->would_be || !would_be_times(v->would_be, group, times))
		return json_null();
	o = json_object();
	for (unsigned i = 0; i < WOULD__COUNT; i++)
		put_u64(o, names[i], times[i]);
	return o;
}

/* alone: it may cost something. */
static json_t *group_page(const struct view *v, unsigned group, const struct usages *usages,
			  const struct group_state *states, bool alone)
{
	const struct group *g = &v->choice->policy->groups[group];
	json_t *o = json_object(), *knobs = json_array();
	char placement[2048];

	group_placement(v, group, placement, sizeof(placement));
	put_text(o, "group", g->path);
	put_place(o, "at", &g->at);
	put_text(o, "placement", placement);
	put(o, "usage", report_group(v, group, usages, states));
	put_tightest(v, group, usages, o);
	put_hits(v, group, o);
	report_knobs(v, group, knobs);
	put(o, "knobs", knobs);
	report_namespaces(v, group, o);
	put(o, "on_the_way", report_on_the_way(v, group));
	put_counter(o, "charged_elsewhere_bytes", alone ? charged_elsewhere(v, group) : (struct counter){0});
	put(o, "rules", rules_of(v->choice->policy, group));
	put(o, "troubles", troubles_of(v, group));
	put(o, "would_times", would_times(v, group));
	return o;
}

json_t *report_status(const struct view *v, const char *group)
{
	const struct policy *p = v->choice->policy;
	unsigned only = group ? policy_group(p, group) : GROUP_NONE;
	auto_free struct group_state *states = NULL;
	json_t *o, *pages;
	char placement[PLACEMENT_TEXT_BYTES];
	struct usages usages;

	if (group && only == GROUP_NONE)
		return NULL;
	placement_text(v->machine, placement);
	o = json_object();
	pages = json_array();
	usages_make(v, &usages);
	states = states_make(v, &usages);
	for (unsigned g = 0; g < p->n_groups; g++)
		if (!group || g == only)
			json_array_append_new(pages, group_page(v, g, &usages, states, group != NULL));
	usages_done(&usages);
	put_text(o, "version", CGQ_VERSION);
	put_text(o, "layout", layout_text(v->machine->layout));
	put_text(o, "placement", placement);
	put_text(o, "passive", v->passive ? (v->passive_reason ? v->passive_reason : "cgqd is passive") : NULL);
	put_text(o, "polling", v->polling);
	put_text(o, "placing", v->placing);
	put_text(o, "favordynmods", v->favordynmods);
	put(o, "refused", report_refused(v->choice));
	put(o, "faults", report_faults(v->choice, SEVERITY_HINT, false));
	put(o, "troubles", troubles_of(v, GROUP_NONE));
	put(o, "overrides", report_overrides(v));
	put(o, "confirm", report_confirm(v));
	put(o, "rolled_back", report_rolled_back(v));
	put(o, "groups", pages);
	return o;
}

json_t *report_refusals(const struct view *v)
{
	return report_faults(v->choice, SEVERITY_FAULT, true);
}

json_t *report_reload(const struct view *v)
{
	json_t *o = json_object(), *troubles = troubles_of(v, GROUP_NONE);

	for (size_t i = 0; i < v->n_troubles; i++)
		if (v->troubles[i].group != GROUP_NONE)
			json_array_append_new(troubles, report_text(v->troubles[i].text));
	put(o, "refused", report_refused(v->choice));
	put(o, "faults", report_refusals(v));
	put(o, "troubles", troubles);
	put(o, "confirm", report_confirm(v));
	return o;
}
