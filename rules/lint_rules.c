/* Rules that can never win, since an earlier one fits whatever they fit. */
#include "lint.h"

#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "map.h"
#include "text.h"

/*
 * Earlier rules are found by a value that both name, never by comparing each with each. So many are looked at per
 * value: more rules of one name than that differ in something else, and a missed warning costs nothing.
 */
#define BUCKET_MAX 32

struct bucket {
	unsigned rules[BUCKET_MAX];
	unsigned n;
};

struct index {
	struct arena arena;
	struct map bucket_of_value;
	struct bucket **buckets;
	size_t n, cap;
	struct bucket globs[MATCH__COUNT]; /* rules whose anchor holds a glob */
	struct bucket loose;		   /* rules without an anchor */
};

static bool is_any(const struct pattern *v)
{
	return v->is_glob && !v->text[strspn(v->text, "*")];
}

/* name:* fits every process. */
static bool term_is_always(const struct term *t)
{
	for (size_t i = 0; i < t->n_values; i++)
		if (t->kind == MATCH_NAME && !t->negated && is_any(&t->values[i]))
			return true;
	return false;
}

/* Does whatever fits v fit one of the values of t? False too when it cannot be told. */
static bool value_within(const struct pattern *v, const struct term *t)
{
	for (size_t i = 0; i < t->n_values; i++) {
		const struct pattern *w = &t->values[i];

		if (v->is_glob == w->is_glob && !strcmp(v->text, w->text))
			return true;
		if (w->is_glob && !v->is_glob && glob_match(w->text, v->text))
			return true;
	}
	return false;
}

static bool values_within(const struct term *inner, const struct term *outer)
{
	for (size_t i = 0; i < inner->n_values; i++)
		if (!value_within(&inner->values[i], outer))
			return false;
	return true;
}

/* Does t fit whenever u fits? */
static bool term_implies(const struct term *u, const struct term *t)
{
	if (u->kind != t->kind || u->negated != t->negated)
		return false;
	return u->negated ? values_within(t, u) : values_within(u, t);
}

static bool term_is_implied(const struct rule *r, const struct term *t)
{
	if (term_is_always(t))
		return true;
	for (size_t i = 0; i < r->n_terms; i++)
		if (term_implies(&r->terms[i], t))
			return true;
	return false;
}

/* Does earlier fit whatever r fits? */
static bool rule_covers(const struct rule *earlier, const struct rule *r)
{
	for (size_t i = 0; i < earlier->n_terms; i++)
		if (!term_is_implied(r, &earlier->terms[i]))
			return false;
	return true;
}

static void bucket_add(struct bucket *b, unsigned rule)
{
	if (b->n < BUCKET_MAX)
		b->rules[b->n++] = rule;
}

static struct bucket *bucket_of(struct index *ix, const struct term *t, const struct pattern *v, bool make)
{
	const char *name = arena_printf(&ix->arena, "%u%c%s", t->kind, v->is_glob ? 'G' : '=', v->text);
	unsigned i = map_get(&ix->bucket_of_value, name);

	if (i != MAP_NONE)
		return ix->buckets[i];
	if (!make)
		return NULL;
	array_grow(ix->buckets, ix->n, ix->cap);
	ix->buckets[ix->n] = arena_alloc(&ix->arena, sizeof(struct bucket));
	map_put(&ix->bucket_of_value, name, (unsigned)ix->n);
	return ix->buckets[ix->n++];
}

/* The term by whose values a rule is found. */
static const struct term *anchor_of(const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (!r->terms[i].negated && !term_is_always(&r->terms[i]))
			return &r->terms[i];
	return NULL;
}

static void index_add(struct index *ix, const struct rule *r, unsigned rule)
{
	const struct term *anchor = anchor_of(r);
	bool has_glob = false;

	if (!anchor) {
		bucket_add(&ix->loose, rule);
		return;
	}
	for (size_t i = 0; i < anchor->n_values; i++) {
		bucket_add(bucket_of(ix, anchor, &anchor->values[i], true), rule);
		has_glob |= anchor->values[i].is_glob;
	}
	if (has_glob)
		bucket_add(&ix->globs[anchor->kind], rule);
}

/* The first of the bucket that covers r, or what was found before, whichever is tried first. */
static unsigned bucket_cover(const struct policy *p, const struct bucket *b, const struct rule *r, unsigned found)
{
	for (unsigned i = 0; b && i < b->n && b->rules[i] < found; i++)
		if (rule_covers(&p->rules[b->rules[i]], r))
			return b->rules[i];
	return found;
}

static unsigned cover_find(const struct policy *p, struct index *ix, const struct rule *r)
{
	unsigned found = bucket_cover(p, &ix->loose, r, UINT32_MAX);

	for (size_t i = 0; i < r->n_terms; i++) {
		const struct term *u = &r->terms[i];

		if (u->negated)
			continue;
		found = bucket_cover(p, bucket_of(ix, u, &u->values[0], false), r, found);
		found = bucket_cover(p, &ix->globs[u->kind], r, found);
	}
	return found;
}

/* "name:a !name:a,b" */
static bool is_impossible(const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		for (size_t j = 0; j < r->n_terms; j++)
			if (!r->terms[i].negated && r->terms[j].negated && r->terms[i].kind == r->terms[j].kind &&
			    values_within(&r->terms[i], &r->terms[j]))
				return true;
	return false;
}

static void rule_lint(const struct policy *p, struct index *ix, unsigned rule, struct faults *faults)
{
	const struct rule *r = &p->rules[rule];
	unsigned cover = cover_find(p, ix, r);

	if (cover != UINT32_MAX) {
		const struct rule *earlier = &p->rules[cover];

		fault_add(faults, SEVERITY_WARNING, r->at,
			  "can never win: '%s' of [%s] in %s:%u is tried first and fits whatever this fits",
			  TEXT_ESCAPED(earlier->text), p->groups[earlier->group].path, earlier->at.file, earlier->at.line);
	} else if (is_impossible(r)) {
		fault_add(faults, SEVERITY_WARNING, r->at, "can never fit: one term excludes what another asks for");
	}
}

void lint_rules(const struct policy *p, struct faults *faults)
{
	struct index ix = { 0 };

	for (unsigned i = 0; i < p->n_rules; i++) {
		rule_lint(p, &ix, i, faults);
		index_add(&ix, &p->rules[i], i);
	}
	free(ix.buckets);
	map_done(&ix.bucket_of_value);
	arena_done(&ix.arena);
}
