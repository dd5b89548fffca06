/* The knobs of a group, as status and explain tell them. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "knob_state.h"
#include "plan_make.h"
#include "report_knobs.h"
#include "report_namespaces.h"
#include "state.h"
#include "strict_files.h"
#include "text.h"

/* From the mount's root, which is the same in every hierarchy but where our base differs. */
static void put_path(const struct view *v, enum knob k, const char *rel, json_t *o)
{
	int h = machine_hierarchy(v->machine, knob_rows[k].controller);
	char path[1024];

	if (h < 0) {
		put_text(o, "path", rel);
		return;
	}
	machine_path(v->machine, (unsigned)h, rel, path, sizeof(path));
	put_text(o, "path", path);
}

static void put_setting(const struct setting *s, json_t *o)
{
	put_text(o, "text", s && s->at.file ? s->text : NULL);
	put_place(o, "at", s ? &s->at : NULL);
	put_place(o, "over", s ? &s->over : NULL);
}

/* What a memory limit is held against. */
static void put_use(const struct seen_cgroup *seen, enum knob k, int version, json_t *o)
{
	const struct value *use = !seen ? NULL : k == KNOB_SWAP_MAX && version == 1 ? &seen->memsw_current
										    : &seen->memory_current;
	bool is_limit = k == KNOB_MEMORY_MAX || k == KNOB_MEMORY_HIGH || (k == KNOB_SWAP_MAX && version == 1);

	put_counter(o, "use_bytes",
		    is_limit && use && use->kind == VALUE_NUMBER ? (struct counter){ true, use->number }
								 : (struct counter){ 0 });
}

static json_t *knob_new(const struct view *v, const char *rel, enum knob k, const struct setting *s)
{
	json_t *o = json_object();

	put_text(o, "key", knob_key_name(k));
	put_path(v, k, rel, o);
	put_text(o, "unit", *rel == '/' ? strrchr(rel, '/') + 1 : NULL);
	put_text(o, "file", knob_file(k, knob_version(v->machine, k)));
	put_setting(s, o);
	return o;
}

static void node_knob(const struct view *v, const struct node *node, const struct seen_cgroup *seen, enum knob k,
		      json_t *list)
{
	const struct wanted *w = &node->wanted[k];
	const struct setting *s = NULL;
	struct knob_report report;
	int version = knob_version(v->machine, k);
	json_t *o;

	knob_judge(v, node, seen, k, &report);
	if (!w->asked && (report.state == KNOB_STATE_IN_FORCE || report.state == KNOB_STATE_ABSENT))
		return;
	if (node->group != GROUP_NONE && !node->self && knob_rows[k].key != KEY_NONE)
		s = group_setting(&v->choice->policy->groups[node->group], knob_rows[k].key);
	o = knob_new(v, node->path, k, s);
	put_value(o, "wanted", k, version, &w->value);
	put_value(o, "effective", k, version, report.effective);
	put(o, "in_force", json_boolean(report.state == KNOB_STATE_IN_FORCE));
	if (!report.reason[0] && v->want->in_place && node->path[0] != '/')
		snprintf(report.reason, sizeof(report.reason), "%s: it is in no unit that runs and may be limited",
			 knob_key_name(k));
	put_text(o, "reason", report.reason[0] ? report.reason : NULL);
	put_use(seen, k, version, o);
	json_array_append_new(list, o);
}

static bool is_asked(const struct setting *s, enum knob k)
{
	const struct amount *a = knob_rows[k].side == SIDE_MIN ? &s->min : &s->max;

	return s->at.file && a->kind != AMOUNT_UNSET;
}

static const char passive_text[] = "passive: measured, nothing is written";

/* Nothing is written for it, so nothing is in force; what it asks is told all the same. */
static void passive_knobs(const struct view *v, unsigned group, json_t *list)
{
	const struct group *g = &v->choice->policy->groups[group];

	for (unsigned k = 0; k < KNOB__COUNT; k++) {
		json_t *o;

		if (knob_rows[k].key == KEY_NONE || !is_asked(group_setting(g, knob_rows[k].key), k))
			continue;
		o = knob_new(v, g->path, k, group_setting(g, knob_rows[k].key));
		put(o, "wanted", json_null());
		put(o, "effective", json_null());
		put(o, "in_force", json_false());
		put_text(o, "reason", passive_text);
		put(o, "use_bytes", json_null());
		json_array_append_new(list, o);
	}
}

static char *strict_reason(const struct view *v, unsigned group, enum key key)
{
	const struct strict_file *bad = v->strict_files ? strict_files_bad(v->strict_files, group) : NULL;

	if (v->want->in_place)
		return must_printf("%s: nobody is moved where groups are limited in place", key_rows[key].name);
	if (bad)
		return must_printf("%s: %s: %s", key_rows[key].name, TEXT_ESCAPED(bad->path), strict_file_reason(bad));
	return NULL;
}

/*
 * Keys that are no file of a cgroup: each is in force or not; reason NULL: it is. Wanted is as written; of a rate effective is as read
 * back, NULL where it is not known.
 */
static const struct plain_key {
	enum key key;
	bool also_passive; /* nothing of it is the kernel's: it is in force as soon as it is read */
	char *(*reason)(const struct view *v, unsigned group, enum key key);
	char *(*effective)(const struct view *v, unsigned group, enum key key);
} plain_keys[] = {
	{KEY_STRICT, false, strict_reason, NULL},
	{KEY_RUN_USERS, true, NULL, NULL},
	{KEY_NAMESPACE, false, report_namespace_key, NULL},
	{KEY_NET_MODE, false, report_namespace_key, NULL},
	{KEY_NET_ADDRESS, false, report_namespace_key, NULL},
	{KEY_NET_GATEWAY, false, report_namespace_key, NULL},
	{KEY_NET_MASQUERADE, false, report_namespace_key, NULL},
	{KEY_NET_OUT, false, report_namespace_key, report_net_rate},
	{KEY_NET_IN, false, report_namespace_key, report_net_rate},
};

static void plain_knob(const struct view *v, unsigned group, const struct plain_key *row, json_t *list)
{
	const struct group *g = &v->choice->policy->groups[group];
	const struct setting *s = group_setting(g, row->key);
	auto_free char *reason = row->also_passive ? NULL : group_is_passive(v, group) ? must_strdup(passive_text) :
											 row->reason(v, group, row->key);
	auto_free char *effective = row->effective ? row->effective(v, group, row->key) : NULL;
	json_t *o = json_object();

	put_text(o, "key", key_rows[row->key].name);
	put_path(v, KNOB_CPU_MAX, g->path, o);
	put(o, "unit", json_null());
	put(o, "file", json_null());
	put_setting(s, o);
	put_text(o, "wanted", s->text);
	put_text(o, "effective", effective);
	put(o, "in_force", json_boolean(!reason));
	put_text(o, "reason", reason);
	put(o, "use_bytes", json_null());
	json_array_append_new(list, o);
}

static void cgroup_knobs(const struct view *v, unsigned group, json_t *list)
{
	const struct want *w = v->want;

	if (!w->n || w->node_of_group[group] == UINT32_MAX) {
		passive_knobs(v, group, list);
		return;
	}
	for (size_t i = w->node_of_group[group]; i < w->n; i++) {
		const struct node *node = &w->nodes[i];

		if (node->group != group)
			break; /* a group's own node, and right after it its leaf _self if it has one */
		for (unsigned k = 0; k < KNOB__COUNT; k++)
			node_knob(v, node, tree_find(v->tree, node->path), k, list);
	}
}

void report_knobs(const struct view *v, unsigned group, json_t *list)
{
	cgroup_knobs(v, group, list);
	for (unsigned i = 0; i < ARRAY_SIZE(plain_keys); i++)
		if (group_setting(&v->choice->policy->groups[group], plain_keys[i].key)->at.file)
			plain_knob(v, group, &plain_keys[i], list);
}
