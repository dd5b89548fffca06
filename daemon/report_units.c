/* The units of systemd that groups are limited on, as JSON. */
#include "report_units.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "report_json.h"
#include "report_usage.h"
#include "unit_property.h"

const struct seen_unit *report_unit_find(const struct view *v, const char *name)
{
	for (size_t i = 0; v->units && i < v->units->n; i++)
		if (!strcmp(v->units->list[i].name, name))
			return &v->units->list[i];
	return NULL;
}

static json_t *unit_new(const char *name, const char *cgroup, const struct group_usage *u, const struct group_state *s)
{
	json_t *o = json_object();

	put_text(o, "unit", name);
	put_text(o, "cgroup", cgroup);
	put_shares(o, u);
	put_text(o, "state", state_names[s->state]);
	put_text(o, "reason", s->reason[0] ? s->reason : NULL);
	return o;
}

static void limited_units(const struct view *v, unsigned group, const struct usages *usages, json_t *list)
{
	const struct want *w = v->want;

	for (size_t i = w->node_of_group[group]; i < w->n && w->nodes[i].group == group; i++) {
		const struct node *node = &w->nodes[i];
		struct group_state state;

		if (node->path[0] != '/') /* the group has no unit yet */
			continue;
		node_state(v, node, &state);
		json_array_append_new(list, unit_new(strrchr(node->path, '/') + 1, node->path, &usages->nodes[i], &state));
	}
}

/* Nobody samples it. What does not run has no process. */
static json_t *unit_idle(const struct seen_unit *s)
{
	struct group_usage none = {.usage.rates = {.cpu_percent = -1, .throttled_percent = -1},
				   .usage.procs = {.known = !s->cgroup},
				   .cpu_min_percent = -1,
				   .cpu_max_percent = -1};
	struct group_state state = {.state = s->refusal ? STATE_NOT_IN_FORCE : STATE_OK};

	snprintf(state.reason, sizeof(state.reason), "%s", s->refusal ? s->refusal : "does not run");
	return unit_new(s->name, s->cgroup, &none, &state);
}

/* Those that are left as they are, and those that do not run. */
static void other_units(const struct view *v, unsigned group, json_t *list)
{
	for (size_t i = 0; v->units && i < v->units->n; i++) {
		const struct seen_unit *s = &v->units->list[i];

		if (s->group == group && (s->refusal || !s->cgroup))
			json_array_append_new(list, unit_idle(s));
	}
}

static bool is_in_place(const struct view *v, unsigned group)
{
	return v->want->in_place && v->want->n && v->want->node_of_group[group] != UINT32_MAX;
}

json_t *report_units(const struct view *v, unsigned group, const struct usages *usages)
{
	json_t *list;

	if (!v->want->in_place)
		return json_null();
	list = json_array();
	if (is_in_place(v, group)) {
		limited_units(v, group, usages, list);
		other_units(v, group, list);
	}
	return list;
}

/* A weight that is not set is the default, which is what the kernel has then. */
static void put_property(json_t *o, const char *key, enum knob k, const struct value *v)
{
	struct value shown = *v;
	char text[300];

	if (property_rows[k].form == PROPERTY_WEIGHT && v->kind == VALUE_MAX)
		value_default(k, 2, &shown);
	property_text(k, &shown, text, sizeof(text));
	put_text(o, key, text);
}

static void slice_changes(const struct seen_unit *slice, json_t *list)
{
	for (unsigned k = 0; k < KNOB__COUNT; k++) {
		json_t *o;

		/* Idle has none of its own, but is a weight. */
		if (slice->before[k].kind == VALUE_UNKNOWN || !property_rows[k].bus)
			continue;
		o = json_object();
		put_text(o, "unit", slice->name);
		put_text(o, "cgroup", *slice->cgroup ? slice->cgroup : "/");
		put_text(o, "property", property_rows[k].key);
		put_text(o, "file", knob_file(k, 2));
		put_property(o, "was", k, &slice->before[k]);
		put_property(o, "now", k, &slice->set[k]);
		json_array_append_new(list, o);
	}
}

static void mark_slices(const struct seen_units *units, unsigned group, bool *on_the_way)
{
	for (size_t i = 0; i < units->n; i++) {
		unsigned at = (unsigned)i;

		if (units->list[i].group != group || units->list[i].refusal)
			continue;
		while (units->list[at].slice != at) {
			at = units->list[at].slice;
			on_the_way[at] = true;
		}
	}
}

json_t *report_on_the_way(const struct view *v, unsigned group)
{
	const struct seen_units *units = v->units;
	json_t *list = json_array();
	auto_free bool *on_the_way = NULL;

	if (!units || !is_in_place(v, group))
		return list;
	on_the_way = must_alloc(units->n + 1);
	mark_slices(units, group, on_the_way);
	for (size_t i = 0; i < units->n; i++)
		if (on_the_way[i] && units->list[i].cgroup)
			slice_changes(&units->list[i], list);
	return list;
}
