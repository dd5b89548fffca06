/* The answers of Set and Clear; overrides and confirmations for others. */
#include "report_change.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "dropin.h"
#include "report.h"
#include "report_json.h"
#include "report_knobs.h"
#include "state.h"

json_t *report_overrides(const struct view *v)
{
	json_t *list = json_array();

	for (size_t i = 0; v->changes && i < v->changes->overrides.n; i++) {
		const struct override *one = &v->changes->overrides.list[i];
		json_t *o = json_object();

		put_text(o, "group", one->group);
		put_text(o, "key", one->key);
		put_text(o, "value", one->value);
		put_text(o, "who", one->who);
		put_text(o, "when", one->when);
		json_array_append_new(list, o);
	}
	return list;
}

/* What a rollback would take back. */
static json_t *pending_files(const struct view *v)
{
	struct file_set now = { 0 };
	json_t *list = json_array();
	struct held held;

	overrides_strip(&v->choice->in_force, &now);
	held_make(&now, v->confirm_point, "", &held);
	for (size_t i = 0; i < held.n; i++)
		json_array_append_new(list, report_text(held.list[i].path));
	held_done(&held);
	file_set_done(&now);
	return list;
}

json_t *report_confirm(const struct view *v)
{
	json_t *o;

	if (!v->changes || !v->changes->pending.is_pending)
		return json_null();
	o = json_object();
	put_u64(o, "seconds_left", v->confirm_left_seconds);
	put_text(o, "health", v->confirm_health);
	put(o, "files", pending_files(v));
	return o;
}

json_t *report_rolled_back(const struct view *v)
{
	return report_text(v->changes && v->changes->held.n ? v->changes->held.why : NULL);
}

/* Where the value stands that is in force of a key that was asked for; NULL: there is none. */
static const struct place *place_of(const struct view *v, const struct set_request *q, size_t i)
{
	const struct policy *p = v->choice->policy;
	unsigned g = policy_group(p, q->group);

	for (unsigned k = 0; g != GROUP_NONE && k < KEY__COUNT; k++) {
		const struct place *at = &group_setting(&p->groups[g], k)->at;

		if (!strcmp(key_rows[k].name, q->keys[i]))
			return at->file ? at : NULL;
	}
	return NULL;
}

/* Nothing sorts after what was set while running. */
static bool is_overridden(const struct set_request *q, const struct place *at)
{
	size_t len = strlen(at->file);

	return q->save && (len < strlen(DROPIN_NAME) || strcmp(at->file + len - strlen(DROPIN_NAME), DROPIN_NAME));
}

/* "cpu: …"; what was set at one time is of one place, which says nothing of the key. */
static bool is_said_of(const struct fault *f, const struct place *at, const char *key)
{
	size_t len = strlen(key);

	return f->at.file && f->at.line == at->line && !strcmp(f->at.file, at->file) && !strncmp(f->text, key, len) &&
	       f->text[len] == ':';
}

/* What cgq check says of such a line. False: nothing. */
static bool warnings_note(const struct view *v, const struct place *at, const char *key, json_t *list)
{
	size_t before = json_array_size(list);

	for (size_t i = 0; i < v->choice->faults.n; i++) {
		const struct fault *f = &v->choice->faults.list[i];

		if (f->severity == SEVERITY_WARNING && is_said_of(f, at, key))
			json_array_append_new(list, report_text(f->text));
	}
	return json_array_size(list) > before;
}

/* The kernel does not have it, or not yet. NULL: it has. Owned by the caller. */
static char *not_in_force(const struct view *v, unsigned group, const char *key)
{
	json_t *knobs = json_array(), *one;
	char *ret = NULL;
	size_t i;

	report_knobs(v, group, knobs);
	json_array_foreach(knobs, i, one) {
		const char *reason = json_string_value(json_object_get(one, "reason"));

		if (ret || !reason || strcmp(json_string_value(json_object_get(one, "key")), key))
			continue;
		ret = must_printf("%s: set, but not in force: %s", v->choice->policy->groups[group].path, reason);
	}
	json_decref(knobs);
	return ret;
}

static void not_in_force_note(const struct view *v, const struct set_request *q, const char *key, json_t *list)
{
	unsigned g = policy_group(v->choice->policy, q->group);
	auto_free char *text = g == GROUP_NONE || group_is_passive(v, g) ? NULL : not_in_force(v, g, key);

	if (text)
		json_array_append_new(list, report_text(text));
}

static void value_note(const struct view *v, const struct set_request *q, size_t i, json_t *list)
{
	const struct place *at = place_of(v, q, i);
	auto_free char *text = NULL;

	if (!at)
		return;
	if (!is_overridden(q, at)) {
		if (!warnings_note(v, at, q->keys[i], list))
			not_in_force_note(v, q, q->keys[i], list);
		return;
	}
	text = must_printf("%s: saved, but %s:%u overrides it", q->keys[i], at->file, at->line);
	json_array_append_new(list, report_text(text));
}

/* What was asked for is done, and still not what a person may think. */
static json_t *notes(const struct view *v, const struct set_request *q)
{
	unsigned g = policy_group(v->choice->policy, q->group);
	json_t *list = json_array();

	for (size_t i = 0; q->values && i < q->n; i++)
		value_note(v, q, i, list);
	if (!q->save && v->unsaved_changes)
		json_array_append_new(list, report_text("a restart of cgqd takes it back: its state folder cannot be written, "
							"its log says why"));
	if (v->passive) {
		auto_free char *text = must_printf("cgqd enforces nothing: %s", v->passive_reason ? v->passive_reason : "passive");

		json_array_append_new(list, report_text(text));
	} else if (g != GROUP_NONE && !v->choice->policy->groups[g].enforce) {
		auto_free char *text = must_printf("%s is passive: nothing of it is enforced", q->group);

		json_array_append_new(list, report_text(text));
	}
	return list;
}

json_t *report_set(const struct view *v, const struct set_request *q, const struct faults *faults)
{
	json_t *o = json_object(), *list = report_fault_list(faults, SEVERITY_FAULT);
	auto_free char *path = q->save ? must_printf("%s/%s", v->folders[v->n_folders - 1], DROPIN_NAME) : NULL;

	put(o, "faults", list);
	put_text(o, "file", path);
	put(o, "notes", faults->n ? json_array() : notes(v, q));
	return o;
}
