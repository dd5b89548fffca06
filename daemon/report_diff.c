/* The answer of Diff: what a reload would change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "drift.h"
#include "override_choose.h"
#include "plan_make.h"
#include "report.h"
#include "report_diff_keys.h"
#include "report_diff_rules.h"
#include "report_json.h"
#include "size_text.h"
#include "want_make.h"

static const char *const action_names[] = {
	[ACTION_MAKE] = "make",	      [ACTION_EVACUATE] = "evacuate", [ACTION_ENABLE] = "enable",
	[ACTION_DISABLE] = "disable", [ACTION_WRITE] = "write",	      [ACTION_REMOVE] = "remove",
	[ACTION_REUNITE] = "reunite",
};

/* The group of a cgroup that is no longer wanted, by the want that is in force. */
static const char *old_group(const struct view *v, const char *path)
{
	for (size_t i = 0; path && i < v->want->n; i++) {
		const struct node *n = &v->want->nodes[i];

		if (n->group != GROUP_NONE && !strcmp(n->path, path))
			return v->choice->policy->groups[n->group].path;
	}
	return NULL;
}

static const char *group_of(const struct view *v, const struct policy *next, const struct action *a)
{
	return a->group < next->n_groups ? next->groups[a->group].path : old_group(v, a->path);
}

static bool use_of(const struct view *v, const struct action *a, uint64_t *ret)
{
	const struct seen_cgroup *seen = a->path ? tree_find(v->tree, a->path) : NULL;
	const struct value *use = seen ? (a->memsw ? &seen->memsw_current : &seen->memory_current) : NULL;

	if (!use || use->kind != VALUE_NUMBER)
		return false;
	*ret = use->number;
	return true;
}

/* NULL: none. */
static const char *danger_of(const struct view *v, const struct action *a, char *buf, size_t size)
{
	char numbers[128];
	uint64_t use;

	if (a->kind == ACTION_EVACUATE)
		return "its processes are moved out";
	if (a->kind != ACTION_WRITE || !a->only_below_bytes || !use_of(v, a, &use) || use <= a->only_below_bytes)
		return NULL;
	size_text_over("in use now", use, "planned", a->only_below_bytes, numbers, sizeof(numbers));
	snprintf(buf, size, "%s: waits until use is below", numbers);
	return buf;
}

/* Whom it happens to, and to what: for those that move processes, where to. */
static void put_action_paths(const struct view *v, const struct action *a, const char *path, json_t *o)
{
	char rest[1024], to[1024];

	machine_rest_path(v->machine, a->hierarchy, rest, sizeof(rest));
	if (a->text)
		machine_path(v->machine, a->hierarchy, a->text, to, sizeof(to));
	if (a->kind == ACTION_REUNITE) {
		put_text(o, "path", rest);
		put_text(o, "text", *path ? path : "/");
		return;
	}
	put_text(o, "path", *path ? path : "/");
	if (a->kind == ACTION_EVACUATE)
		put_text(o, "text", a->text ? to : *rest ? rest : "/");
	else
		put_text(o, "text", a->text);
}

/* NULL: none of ours. */
static const char *hierarchy_of(const struct view *v, const struct action *a, char *buf, size_t size)
{
	const struct hierarchy *h = &v->machine->hierarchies[a->hierarchy];

	if (h->version == 2)
		return "v2";
	return report_hierarchy_name(h, buf, size) ? buf : NULL;
}

static json_t *action_json(const struct view *v, const struct policy *next, const struct action *a)
{
	json_t *o = json_object();
	char path[1024], danger[256], hierarchy[256];

	machine_path(v->machine, a->hierarchy, a->path, path, sizeof(path));
	put_text(o, "kind", action_names[a->kind]);
	put_text(o, "group", group_of(v, next, a));
	put_action_paths(v, a, path, o);
	put_text(o, "hierarchy", hierarchy_of(v, a, hierarchy, sizeof(hierarchy)));
	put_text(o, "file", a->file);
	put_text(o, "was", a->was);
	put_place(o, "at", &a->at);
	put_text(o, "danger", danger_of(v, a, danger, sizeof(danger)));
	return o;
}

static json_t *plan_json(const struct view *v, const struct policy *next, const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->n_first; i++)
		json_array_append_new(list, action_json(v, next, &plan->first[i]));
	for (size_t i = 0; i < plan->n_last; i++)
		json_array_append_new(list, action_json(v, next, &plan->last[i]));
	return list;
}

/* What was found in the version of the file that the given text replaces does not count. */
static void faults_without(const struct faults *from, const char *path, struct faults *ret)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct fault *f = &from->list[i];

		if (!f->at.file || strcmp(f->at.file, path))
			fault_add(ret, f->severity, f->at, "%s", f->text);
	}
}

/* As if the file of that name held text. Without one of that name it is shown under its bare name. */
static void put_given(struct file_set *set, struct faults *faults, const char *name, const char *text, size_t len)
{
	const struct policy_file *there = file_set_find(set, name);
	auto_free char *path = must_strdup(there ? there->path : name);
	struct faults kept = { 0 };

	faults_without(faults, path, &kept);
	faults_done(faults);
	*faults = kept;
	file_set_put(set, name, path, text, len, len == 0);
}

/* A reload changes what the policy changes, and leaves what drifted where that is only reported. */
static void leave_drift(const struct view *v, const struct want *want, struct plan *plan)
{
	struct drifts found = { 0 };

	if (!v->left)
		return;
	drift_find(want, v->machine, v->left, v->tree, &found);
	plan_hold(plan, found.list, found.n);
	drifts_done(&found);
}

static json_t *diff_of(const struct view *v, const struct choice *next)
{
	bool passive = v->passive && v->passive_stays;
	auto_free bool *frozen = frozen_groups(v->frozen, next->policy);
	struct want *want = want_make(next->policy, v->machine, passive, frozen);
	struct plan *plan = plan_make(want, v->machine, v->tree, v->refusals);
	json_t *o = json_object(), *actions;

	leave_drift(v, want, plan);
	actions = plan_json(v, next->policy, plan);
	report_diff_rules(v->choice->policy, next->policy, actions);
	report_diff_keys(v, next->policy, passive, actions);
	put(o, "actions", actions);
	put(o, "faults", report_faults(next, SEVERITY_HINT, false));
	put(o, "refused", report_refused(next));
	plan_free(plan);
	want_free(want);
	return o;
}

json_t *report_diff(const struct view *v, const char *name, const char *text, size_t len, struct err *e)
{
	struct file_set set = { 0 };
	struct faults faults = { 0 };
	struct overrides overrides = { 0 };
	struct choice next = { 0 };
	json_t *o = NULL;

	if (policy_files_read(v->folders, v->n_folders, v->read_how, &set, &faults, e) == 0) {
		if (name)
			put_given(&set, &faults, name, text, len);
		if (v->changes)
			overrides_copy(&v->changes->overrides, &overrides);
		override_choose(&overrides, &set, &faults, &v->choice->in_force, false, v->machine, &next);
		o = diff_of(v, &next);
		choice_done(&next);
	}
	overrides_done(&overrides);
	file_set_done(&set);
	faults_done(&faults);
	return o;
}
