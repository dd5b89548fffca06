/* Policy and facts become a verdict. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "classify.h"
#include "rule_walk.h"
#include "term_fits.h"
#include "text.h"

/* As written: the one that a trace may name. NULL: all fit. */
static const struct term *first_misfit(const struct look *l, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_terms; i++)
		if (!term_fits(l, &rule->terms[i]))
			return &rule->terms[i];
	return NULL;
}

static bool rule_fits(const struct look *l, const struct policy *p, unsigned index, const struct trace *trace)
{
	const struct rule *rule = &p->rules[index];
	const struct term *failed;

	if (!trace)
		return rule->n_terms > 0 && rule_fits_below(l, rule, KIND_COST_MAX + 1);
	failed = first_misfit(l, rule);
	trace->tried(trace->ctx, p, index, failed);
	return rule->n_terms > 0 && !failed;
}

static unsigned rule_find_one_by_one(const struct look *l, const struct policy *p, const struct trace *trace)
{
	for (unsigned rule = 0; rule < p->n_rules; rule++)
		if (rule_fits(l, p, rule, trace))
			return rule;
	return RULE_NONE;
}

static unsigned rule_find_by_index(const struct look *l, const struct policy *p, const struct rule_index *ix)
{
	struct rule_walk w;
	unsigned rule;

	rule_walk_begin(&w, ix, p, l);
	do
		rule = rule_walk_next(&w);
	while (rule != RULE_NONE && !rule_fits(l, p, rule, NULL));
	return rule;
}

static void judge_by_pin(const struct standing *s, struct verdict *ret)
{
	if (s->pinned_group == GROUP_NONE)
		return;
	ret->kind = VERDICT_PINNED;
	ret->group = s->pinned_group;
}

/* First match wins. A trace is told of every rule before the winner, so that each has to be tried. */
static bool judge_by_rules(const struct look *l, const struct policy *p, const struct trace *trace, struct verdict *ret)
{
	const struct rule_index *ix = trace ? NULL : l->resolved->index;
	unsigned rule = ix ? rule_find_by_index(l, p, ix) : rule_find_one_by_one(l, p, trace);

	if (rule == RULE_NONE)
		return false;
	ret->kind = VERDICT_RULE;
	ret->group = p->rules[rule].group;
	ret->rule = rule;
	return true;
}

static bool keeps_descendants(const struct policy *p, unsigned group)
{
	return group < p->n_groups && p->groups[group].follow;
}

/*
 * No rule fits. A child is born in its parent's group, so both say the same of it; where they differ, it was
 * placed by itself once, and where it is counts more than where its parent is.
 */
static void judge_by_standing(const struct policy *p, const struct standing *s, struct verdict *ret)
{
	bool parent = keeps_descendants(p, s->parent_group);
	bool current = keeps_descendants(p, s->current_group);

	if (current && !(parent && s->parent_group == s->current_group)) {
		ret->kind = VERDICT_STAYS;
		ret->group = s->current_group;
	} else if (parent) {
		ret->kind = VERDICT_FOLLOWS;
		ret->group = s->parent_group;
	}
}

static bool manager_find(const struct proc_facts *f, const char **ret_what, const char **ret_path)
{
	const char *before = NULL;

	for (size_t h = 0; h <= ARRAY_SIZE(f->cgroups); h++) {
		const char *path = h == 0 ? f->manager_cgroup : f->cgroups[h - 1];
		const char *what;

		/* Most are in the same place in each hierarchy. */
		if (!path || (before && strcmp(path, before) == 0))
			continue;
		before = path;
		what = manager_of_path(path);
		if (!what)
			continue;
		*ret_what = what;
		*ret_path = path;
		return true;
	}
	return false;
}

/* Who tells that it is nested does not always tell in which. */
static bool is_in_own_namespace(const struct look *l, const struct own_pid_namespaces *own)
{
	if (!own || !own->n)
		return false;
	if (!l->facts->pid_namespace)
		l->reader->read(l->reader->ctx, l->facts, FACT_NAMESPACE);
	for (size_t i = 0; l->facts->pid_namespace && i < own->n; i++)
		if (own->inodes[i] == l->facts->pid_namespace)
			return true;
	return false;
}

/* Fills text and answers true if nothing may place this process. What cannot be known keeps it where it is. */
static bool is_excluded(const struct look *l, const struct standing *s, char *text, size_t size)
{
	const struct proc_facts *f = l->facts;
	const char *what, *path;

	if (f->kernel_thread)
		snprintf(text, size, "a kernel thread");
	else if (f->pid == 1)
		snprintf(text, size, "pid 1, which starts everything else");
	else if (!look_know(l, FACT_NAMESPACE) || !look_know(l, FACT_CGROUP))
		snprintf(text, size, "its status or its cgroup cannot be read");
	else if (f->nested_pid_namespace && !s->is_started && !is_in_own_namespace(l, s->own))
		snprintf(text, size, "in another pid namespace");
	else if (manager_find(f, &what, &path))
		snprintf(text, size, "in %s: %s", what, text_escape(path, strlen(path), (char[112]){0}, 112));
	else
		return false;
	return true;
}

void classify(const struct policy *p, const struct resolved *r, struct proc_facts *f, const struct facts_reader *reader,
	      const struct standing *s, const struct trace *trace, struct verdict *ret)
{
	const struct look l = {r, f, reader};

	*ret = (struct verdict){.kind = VERDICT_NONE, .group = GROUP_NONE, .rule = UINT32_MAX};
	if (s->is_pinned)
		judge_by_pin(s, ret);
	else if (!judge_by_rules(&l, p, trace, ret))
		judge_by_standing(p, s, ret);
	if (s->settled && ret->group == s->current_group)
		return;
	if (ret->kind == VERDICT_NONE || !is_excluded(&l, s, ret->exclusion, sizeof(ret->exclusion)))
		return;
	ret->kind = VERDICT_EXCLUDED;
	ret->group = GROUP_NONE;
	ret->rule = UINT32_MAX;
}
