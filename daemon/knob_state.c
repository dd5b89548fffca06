/* What became of one knob of one cgroup. */
#include <stdio.h>
#include <string.h>

#include "knob_state.h"
#include "plan_make.h"
#include "size_text.h"

int knob_version(const struct machine *m, enum knob k)
{
	int h = machine_hierarchy(m, knob_rows[k].controller);

	return h < 0 ? 0 : m->hierarchies[h].version;
}

const char *knob_key_name(enum knob k)
{
	return knob_rows[k].key == KEY_NONE ? "freeze" : key_rows[knob_rows[k].key].name;
}

/* The kernel's file, or the key where it has none. */
static const char *knob_name(const struct machine *m, enum knob k)
{
	const char *file = knob_file(k, knob_version(m, k));

	return file ? file : knob_key_name(k);
}

static const struct shrinking *find_shrinking(const struct view *v, const char *path, enum knob k)
{
	for (size_t i = 0; i < v->n_shrinking; i++)
		if (v->shrinking[i].knob == k && !strcmp(v->shrinking[i].path, path))
			return &v->shrinking[i];
	return NULL;
}

/* One that still explains what stands there. */
static const struct refusal *find_refusal(const struct view *v, const char *path, enum knob k,
					  const struct value *effective)
{
	for (size_t i = 0; i < v->refusals->n; i++) {
		const struct refusal *r = &v->refusals->list[i];

		if (r->knob == k && !strcmp(r->path, path) &&
		    (r->left.kind == VALUE_UNKNOWN || !effective || value_equal(&r->left, effective)))
			return r;
	}
	return NULL;
}

static void tell_refusal(const struct view *v, const struct refusal *r, struct knob_report *ret)
{
	int version = knob_version(v->machine, r->knob);
	char left[300] = "an unknown value";

	if (r->left.kind != VALUE_UNKNOWN)
		value_to_text(r->knob, version, &r->left, left, sizeof(left));
	if (r->error)
		snprintf(ret->reason, sizeof(ret->reason), "%s: the kernel refused %.100s: %s", knob_name(v->machine, r->knob),
			 r->text, strerror(r->error));
	else
		snprintf(ret->reason, sizeof(ret->reason), "%s: kernel keeps %.100s instead of %.100s",
			 knob_name(v->machine, r->knob), left, r->text);
}

static void tell_drift(const struct view *v, enum knob k, const struct value *wanted, struct knob_report *ret)
{
	int version = knob_version(v->machine, k);
	char is[300], should[300], both[300];

	value_to_text(k, version, ret->effective, is, sizeof(is));
	value_to_text(k, version, wanted, should, sizeof(should));
	snprintf(ret->reason, sizeof(ret->reason), "%s: %.200s", knob_name(v->machine, k),
		 size_text_in_force(k, is, should, both, sizeof(both)));
}

static void tell_shrinking(const struct shrinking *s, struct knob_report *ret)
{
	char numbers[128], wanted[32];

	if (s->use_bytes == UINT64_MAX) /* could not be read */
		snprintf(numbers, sizeof(numbers), "in use - > wanted %s", size_text(s->wanted_bytes, wanted, sizeof(wanted)));
	else
		size_text_over("in use", s->use_bytes, "wanted", s->wanted_bytes, numbers, sizeof(numbers));
	snprintf(ret->reason, sizeof(ret->reason), "%s: %s", knob_key_name(s->knob), numbers);
}

/* It is not as wanted: why? */
static void judge_difference(const struct view *v, const struct node *node, const struct seen_cgroup *seen, enum knob k,
			     struct knob_report *ret)
{
	const struct shrinking *shrinking = find_shrinking(v, node->path, k);
	const struct refusal *refusal = find_refusal(v, node->path, k, ret->effective);

	if (shrinking) {
		ret->state = KNOB_STATE_SHRINKING;
		tell_shrinking(shrinking, ret);
	} else if (refusal) {
		ret->state = KNOB_STATE_REFUSED;
		tell_refusal(v, refusal, ret);
	} else if (ret->effective) {
		ret->state = KNOB_STATE_DRIFT;
		tell_drift(v, k, &node->wanted[k].value, ret);
	} else if (!seen) {
		ret->state = KNOB_STATE_DRIFT;
		snprintf(ret->reason, sizeof(ret->reason), "%s: its cgroup is not there", knob_key_name(k));
	} else if (node->wanted[k].asked) {
		ret->state = KNOB_STATE_REFUSED;
		snprintf(ret->reason, sizeof(ret->reason), "%s: cannot be read back", knob_name(v->machine, k));
	} else {
		ret->state = KNOB_STATE_ABSENT;
	}
}

void knob_judge(const struct view *v, const struct node *node, const struct seen_cgroup *seen, enum knob k,
		struct knob_report *ret)
{
	const struct wanted *w = &node->wanted[k];

	ret->state = KNOB_STATE_IN_FORCE;
	ret->effective = NULL;
	ret->reason[0] = 0; /* not all of it: asked for each knob of each group */
	if (seen && seen->values[k].kind != VALUE_UNKNOWN)
		ret->effective = &seen->values[k];
	if (w->asked && w->impossible) {
		ret->state = KNOB_STATE_IMPOSSIBLE;
		snprintf(ret->reason, sizeof(ret->reason), "%s: %s", knob_key_name(k), w->impossible);
	} else if (w->value.kind == VALUE_UNKNOWN) {
		ret->state = KNOB_STATE_ABSENT;
	} else if (!ret->effective || !value_equal(&w->value, ret->effective)) {
		judge_difference(v, node, seen, k, ret);
	}
}
