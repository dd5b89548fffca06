/*
 * Rules of different groups that one process may fit, where the earlier one wins and does not look as if it should. A
 * special rule before a general one is how rules are meant to be written, and is not told.
 */
#include "lint.h"

#include <string.h>

#include "rule_cover.h"
#include "value_index.h"
#include "text.h"

#define COMPARED_MAX 64 /* earlier rules that one is compared with */

struct overlaps {
	const struct policy *policy;
	struct value_index index;
	struct arena arena;
	struct map told; /* pairs of groups: once is enough */
	struct faults *faults;
};

static uint32_t kinds_of(const struct rule *r, bool also_negated)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < r->n_terms; i++)
		if (!r->terms[i].negated || also_negated)
			kinds |= 1U << r->terms[i].kind;
	return kinds;
}

static bool is_excluded(const struct rule *r, enum match_kind kind, const struct pattern *v)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (r->terms[i].negated && r->terms[i].kind == kind && value_within(v, &r->terms[i]))
			return true;
	return false;
}

/* A value of later's term that fits earlier's too, and that neither rule excludes. */
static struct pattern *shared_find(const struct rule *earlier, const struct term *t, const struct rule *later,
					 const struct term *u)
{
	for (size_t i = 0; i < u->n_values; i++) {
		struct pattern *v = &u->values[i];

		if (value_within(v, t) && !is_excluded(earlier, u->kind, v) && !is_excluded(later, u->kind, v))
			return v;
	}
	return NULL;
}

/* The first value in both of two rules, and the term of the later one in which it stands; value NULL: none. */
struct shared {
	size_t term;
	struct pattern *value;
};

/*
 * Terms of one kind are how authors tell groups apart: where two have no value in common they are taken for
 * different, although one process may have both names. None too when no kind is in both.
 */
static struct shared shared_of_all(const struct rule *earlier, const struct rule *later)
{
	struct shared first = { 0 };

	for (size_t i = 0; i < later->n_terms; i++)
		for (size_t j = 0; j < earlier->n_terms; j++) {
			const struct term *u = &later->terms[i], *t = &earlier->terms[j];
			struct pattern *v;

			if (u->negated || t->negated || u->kind != t->kind)
				continue;
			v = shared_find(earlier, t, later, u);
			if (!v)
				return (struct shared){ 0 };
			if (!first.value)
				first = (struct shared){ i, v };
		}
	return first;
}

/* Does r ask for something that other excludes? */
static bool is_excluded_by(const struct rule *r, const struct rule *other)
{
	for (size_t i = 0; i < r->n_terms; i++)
		for (size_t j = 0; j < other->n_terms; j++) {
			const struct term *u = &r->terms[i], *t = &other->terms[j];

			if (!u->negated && t->negated && u->kind == t->kind && values_within(u, t))
				return true;
		}
	return false;
}

/* By what it looks at: "name:java,node user:ci" before "name:java,python". */
static bool is_special(const struct rule *earlier, const struct rule *later)
{
	uint32_t more = kinds_of(earlier, true), less = kinds_of(later, false);

	return (more & less) == less && more & ~kinds_of(later, true);
}

/* A value that can never win is more than an overlap: lint_rules() warns of it, unless it is meant. */
static bool is_told_already(const struct rule *earlier, const struct rule *later, const struct shared *shared)
{
	struct narrowed one;

	return rule_covers(earlier, rule_narrow(later, shared->term, shared->value, &one)) || rule_covers(later, earlier);
}

/* A value that both name, where that is worth telling; else NULL. */
static const struct pattern *overlap_of(const struct rule *earlier, const struct rule *later)
{
	struct shared shared;

	if (earlier->group == later->group || is_special(earlier, later))
		return NULL;
	shared = shared_of_all(earlier, later);
	if (!shared.value || is_excluded_by(earlier, later) || is_excluded_by(later, earlier) ||
	    is_told_already(earlier, later, &shared))
		return NULL;
	return shared.value;
}

/* True the first time. */
static bool pair_is_new(struct overlaps *o, unsigned a, unsigned b)
{
	const char *name = arena_printf(&o->arena, "%u %u", a, b);
	bool is_new = map_get(&o->told, name) == MAP_NONE;

	map_put(&o->told, name, 0);
	return is_new;
}

/* True if it was told. */
static bool pair_lint(struct overlaps *o, const struct rule *earlier, const struct rule *later)
{
	const struct pattern *shared = overlap_of(earlier, later);

	if (!shared)
		return false;
	if (pair_is_new(o, earlier->group, later->group))
		fault_add(o->faults, SEVERITY_HINT, later->at,
			  "a process that fits this may fit '%s' of [%s] in %s:%u too (both name '%s'), which is tried first",
			  TEXT_ESCAPED(earlier->text), o->policy->groups[earlier->group].path, earlier->at.file,
			  earlier->at.line, TEXT_ESCAPED(shared->text));
	return true;
}

static bool bucket_lint(struct overlaps *o, const struct bucket *b, const struct rule *later, unsigned *left)
{
	for (unsigned i = 0; b && i < b->n && *left; i++, --*left)
		if (pair_lint(o, &o->policy->rules[b->rules[i]], later))
			return true;
	return false;
}

/* The first overlap of a rule is told, not each. */
static void rule_lint(struct overlaps *o, const struct rule *later)
{
	unsigned left = COMPARED_MAX;

	for (size_t i = 0; i < later->n_terms; i++) {
		const struct term *u = &later->terms[i];

		for (size_t j = 0; !u->negated && j < u->n_values; j++)
			if (bucket_lint(o, value_index_find(&o->index, u->kind, &u->values[j]), later, &left))
				return;
		if (!u->negated && bucket_lint(o, &o->index.globs[u->kind], later, &left))
			return;
	}
}

void lint_overlaps(const struct policy *p, struct faults *faults)
{
	struct overlaps o = { .policy = p, .faults = faults };

	for (unsigned i = 0; i < p->n_rules; i++) {
		rule_lint(&o, &p->rules[i]);
		value_index_add(&o.index, &p->rules[i], i, INDEX_EVERY_TERM);
	}
	value_index_done(&o.index);
	map_done(&o.told);
	arena_done(&o.arena);
}
