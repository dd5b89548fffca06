/* Rules that differ between two policies. */
#include <string.h>

#include <cgq/auto.h>

#include "report_diff_rules.h"
#include "report_json.h"

/* "name:a; name:b user:c", with "children = match" where it says so; NULL: it has no rules. Owned by the caller. */
static char *rules_text(const struct policy *p, unsigned group, struct place *ret_at)
{
	char *text = NULL;

	for (size_t r = 0; group < p->n_groups && r < p->n_rules; r++) {
		char *longer;

		if (p->rules[r].group != group)
			continue;
		if (!text)
			*ret_at = p->rules[r].at;
		longer = must_printf("%s%s%s", text ? text : "", text ? "; " : "", p->rules[r].text);
		free(text);
		text = longer;
	}
	if (text && !p->groups[group].follow) {
		char *longer = must_printf("%s; children = match", text);

		free(text);
		text = longer;
	}
	return text;
}

void report_diff_said(const struct said *s, json_t *list)
{
	json_t *o = json_object();

	put_text(o, "kind", s->kind);
	put_text(o, "group", s->group);
	put_text(o, "path", s->group);
	put_text(o, "hierarchy", NULL);
	put_text(o, "file", s->key);
	put_text(o, "was", s->was);
	put_text(o, "text", s->text);
	put_place(o, "at", &s->at);
	put_text(o, "danger", s->danger);
	json_array_append_new(list, o);
}

static void compare(const struct policy *old, const struct policy *next, const char *path, json_t *list)
{
	struct place was_at = { 0 }, at = { 0 };
	auto_free char *was = rules_text(old, policy_group(old, path), &was_at);
	auto_free char *text = rules_text(next, policy_group(next, path), &at);
	const struct said said = { "rules", path, "match", was, text, was ? "its processes are judged anew" : NULL, at };

	if (!was && !text)
		return;
	if (was && text && !strcmp(was, text))
		return;
	report_diff_said(&said, list);
}

void report_diff_rules(const struct policy *old, const struct policy *next, json_t *list)
{
	for (size_t g = 0; g < next->n_groups; g++)
		compare(old, next, next->groups[g].path, list);
	for (size_t g = 0; g < old->n_groups; g++)
		if (policy_group(next, old->groups[g].path) == GROUP_NONE)
			compare(old, next, old->groups[g].path, list);
}
