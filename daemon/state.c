/* How each group stands. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "decision.h"
#include "knob_state.h"
#include "namespace_state.h"
#include "state.h"
#include "would_be.h"

const char *const state_names[STATE__COUNT] = {
#define X(id, name) [STATE_##id] = name,
	STATE_TABLE(X)
#undef X
};

bool group_is_passive(const struct view *v, unsigned group)
{
	return v->passive || !v->choice->policy->groups[group].enforce;
}

/* An earlier state of the table wins; of the same, the first that was found. */
static void state_lower(struct group_state *s, enum state state, const char *reason)
{
	if (state >= s->state)
		return;
	s->state = state;
	snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

static bool is_refused_file(const struct choice *c, const char *file)
{
	for (size_t i = 0; file && i < c->n_refused; i++)
		if (!strcmp(c->refused[i].path, file))
			return true;
	return false;
}

static void note_place(const struct choice *c, const struct place *at, struct group_state *s)
{
	char reason[320];

	if (s->state == STATE_REFUSED_FILE || !is_refused_file(c, at->file))
		return;
	snprintf(reason, sizeof(reason), "%.250s is refused; its last good version is in force", at->file);
	state_lower(s, STATE_REFUSED_FILE, reason);
}

/* Groups of which any part was read from a file whose newer version is refused. */
static void note_refused_files(const struct choice *c, struct group_state *list)
{
	const struct policy *p = c->policy;

	if (!c->n_refused)
		return;
	for (size_t g = 0; g < p->n_groups; g++) {
		note_place(c, &p->groups[g].at, &list[g]);
		for (unsigned k = 0; k < KEY__COUNT; k++)
			note_place(c, &group_setting(&p->groups[g], k)->at, &list[g]);
	}
	for (size_t r = 0; r < p->n_rules; r++)
		note_place(c, &p->rules[r].at, &list[p->rules[r].group]);
}

/* "web: net: …" is said of web. */
static const char *without_group(const char *text, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(text, path, len) && !strncmp(text + len, ": ", 2) ? text + len + 2 : text;
}

static void note_troubles(const struct view *v, struct group_state *list)
{
	for (size_t i = 0; i < v->n_troubles; i++) {
		const struct trouble *one = &v->troubles[i];

		if (one->group != GROUP_NONE)
			state_lower(&list[one->group], STATE_NOT_IN_FORCE,
				    without_group(one->text, v->choice->policy->groups[one->group].path));
	}
}

/* A network that waits for whoever is in the old one: by name, which the trouble lacks, as it may change at every look. */
static void note_waits(const struct view *v, struct group_state *list)
{
	const struct policy *p = v->choice->policy;

	for (unsigned g = 0; v->keeping && g < p->n_groups; g++) {
		struct keeping_state s = {.waits_for = ""};

		if (group_kept_kinds(p, g, v->passive))
			keeping_state(v->keeping, p->groups[g].path, &s);
		if (s.waits_for[0]) {
			auto_free char *why = namespace_absence(&s);

			state_lower(&list[g], STATE_NOT_IN_FORCE, why);
		}
	}
}

/* What somebody else changed and is left so, or does not stop changing: before its values, which may look well just now. */
static void note_drifts(const struct view *v, struct group_state *list)
{
	for (size_t i = 0; i < v->n_drifts; i++)
		if (v->drifts[i].group < v->choice->policy->n_groups)
			state_lower(&list[v->drifts[i].group], STATE_DRIFT, v->drifts[i].text);
}

/* What was read later than the tree: true where it is not the same. */
static bool is_newer(const struct value *old, const struct usage_limit *now)
{
	struct value v = usage_value(now);

	return now->kind != VALUE_UNKNOWN && old->kind != VALUE_UNKNOWN && !value_equal(old, &v);
}

/* Copied only where it has to be: it holds every value, and as a rule nothing has changed since. */
static const struct seen_cgroup *seen_renewed(const struct seen_cgroup *seen, const struct usage *now, struct seen_cgroup *copy)
{
	const struct { enum knob knob; const struct usage_limit *limit; } list[] = {
		{ KNOB_CPU_WEIGHT, &now->weight }, { KNOB_CPU_MAX, &now->quota }, { KNOB_MEMORY_MAX, &now->memory_max },
	};
	const struct seen_cgroup *ret = seen;

	for (unsigned i = 0; i < ARRAY_SIZE(list); i++) {
		if (!is_newer(&seen->values[list[i].knob], list[i].limit))
			continue;
		if (ret == seen)
			*copy = *seen;
		ret = copy;
		copy->values[list[i].knob] = usage_value(list[i].limit);
	}
	return ret;
}

/* now: of a group's own cgroup, NULL for its leaf. */
static void note_knobs(const struct view *v, const struct node *node, const struct usage *now, struct group_state *s)
{
	static const enum state of_knob[] = {
		[KNOB_STATE_ABSENT] = STATE_OK,		      [KNOB_STATE_IN_FORCE] = STATE_OK,
		[KNOB_STATE_IMPOSSIBLE] = STATE_NOT_IN_FORCE, [KNOB_STATE_SHRINKING] = STATE_SHRINKING,
		[KNOB_STATE_REFUSED] = STATE_NOT_IN_FORCE,    [KNOB_STATE_DRIFT] = STATE_DRIFT,
	};
	const struct seen_cgroup *seen = tree_find(v->tree, node->path);
	struct seen_cgroup renewed;

	if (seen && now)
		seen = seen_renewed(seen, now, &renewed);
	for (unsigned k = 0; k < KNOB__COUNT; k++) {
		struct knob_report report;

		knob_judge(v, node, seen, k, &report);
		state_lower(s, of_knob[report.state], report.reason);
	}
}

void node_state(const struct view *v, const struct node *node, struct group_state *ret)
{
	*ret = (struct group_state){.state = STATE_OK};
	note_knobs(v, node, NULL, ret);
}

static void note_nodes(const struct view *v, const struct usages *usages, struct group_state *list)
{
	for (size_t i = 0; i < v->want->n; i++) {
		const struct node *node = &v->want->nodes[i];

		if (node->group == GROUP_NONE)
			continue;
		if (v->machine->refusal[0])
			state_lower(&list[node->group], STATE_NOT_IN_FORCE, v->machine->refusal);
		else
			note_knobs(v, node, node->self || v->want->in_place ? NULL : &usages->groups[node->group].usage,
				   &list[node->group]);
	}
}

/* enforce = no, of the group or of one above; else a person gave it back. */
static const char *passive_reason(const struct policy *p, unsigned group)
{
	for (; group != GROUP_NONE; group = p->groups[group].parent) {
		const struct setting *s = group_setting(&p->groups[group], KEY_ENFORCE);

		if (s->at.file && !s->max.n)
			return "enforce = no";
	}
	return "cgq reset, until a reload";
}

/* With what would be held back, were it enforced. */
static void passive_lower(const struct view *v, unsigned group, const char *why, struct group_state *s)
{
	char reason[sizeof(s->reason)];

	if (v->would_be)
		would_be_text(v->would_be, group, s->would, sizeof(s->would));
	snprintf(reason, sizeof(reason), "%.100s%s%s", why, s->would[0] ? "; " : "", s->would);
	state_lower(s, STATE_PASSIVE, reason);
}

static void note_passive(const struct view *v, struct group_state *list)
{
	for (unsigned g = 0; g < v->choice->policy->n_groups; g++) {
		if (v->passive)
			passive_lower(v, g, v->passive_reason ? v->passive_reason : "cgqd is passive", &list[g]);
		else if (group_is_passive(v, g))
			passive_lower(v, g, passive_reason(v->choice->policy, g), &list[g]);
	}
}

static bool is_frozen(const struct view *v, unsigned group)
{
	for (; group != GROUP_NONE; group = v->choice->policy->groups[group].parent)
		if (frozen_is(v->choice->policy, v->want, v->tree, group))
			return true;
	return false;
}

/* "frozen with web by root at 2026-11-25 19:03:11" */
static void frozen_reason(const struct view *v, const char *path, char *buf, size_t size)
{
	const struct frozen_group *by = frozen_find(v->frozen, path);
	bool with = by && strcmp(by->path, path) != 0;
	char who[80] = "";

	if (by && by->known)
		decision_text(by->uid, by->at_usec, who, sizeof(who));
	snprintf(buf, size, "frozen%s%s%s%s", with ? " with " : "", with ? by->path : "", *who ? " by " : "", who);
}

static void note_frozen(const struct view *v, struct group_state *list)
{
	for (unsigned g = 0; g < v->choice->policy->n_groups; g++) {
		list[g].frozen = is_frozen(v, g);
		if (list[g].frozen && !list[g].reason[0])
			frozen_reason(v, v->choice->policy->groups[g].path, list[g].reason, sizeof(list[g].reason));
	}
}

struct group_state *states_make(const struct view *v, const struct usages *usages)
{
	size_t n = v->choice->policy->n_groups;
	struct group_state *list = must_alloc((n + 1) * sizeof(*list));

	for (size_t g = 0; g < n; g++)
		list[g].state = STATE_OK;
	note_refused_files(v->choice, list);
	note_drifts(v, list);
	note_nodes(v, usages, list);
	note_waits(v, list);
	note_troubles(v, list);
	note_passive(v, list);
	note_frozen(v, list);
	return list;
}
