/* What can be told of two rules by their text alone: which fits whatever the other fits. */
#include "rule_cover.h"

#include <string.h>

#include "glob.h"

static bool is_any(const struct pattern *v)
{
	return v->is_glob && !v->text[strspn(v->text, "*")];
}

bool term_is_always(const struct term *t)
{
	for (size_t i = 0; i < t->n_values; i++)
		if (t->kind == MATCH_NAME && !t->negated && is_any(&t->values[i]))
			return true;
	return false;
}

bool value_within(const struct pattern *v, const struct term *t)
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

bool values_within(const struct term *inner, const struct term *outer)
{
	for (size_t i = 0; i < inner->n_values; i++)
		if (!value_within(&inner->values[i], outer))
			return false;
	return true;
}

/*
 * A process has one text of these kinds, so that one value excludes every other. It may have several names and
 * cgroups; two accounts may be one uid, and two paths one file.
 */
static bool is_single(enum match_kind kind)
{
	return kind == MATCH_ARGS || kind == MATCH_UNIT || kind == MATCH_TAG;
}

/* Is it certain that what fits one value of u fits none of t? */
static bool is_apart(const struct term *u, const struct term *t)
{
	for (size_t i = 0; i < u->n_values; i++)
		if (!is_single(u->kind) || u->values[i].is_glob || value_within(&u->values[i], t))
			return false;
	return true;
}

/* Does t fit whenever u fits? */
static bool term_implies(const struct term *u, const struct term *t)
{
	if (u->kind != t->kind || (u->negated && !t->negated))
		return false;
	if (!u->negated && t->negated)
		return is_apart(u, t);
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

bool rule_covers(const struct rule *outer, const struct rule *inner)
{
	for (size_t i = 0; i < outer->n_terms; i++)
		if (!term_is_implied(inner, &outer->terms[i]))
			return false;
	return true;
}

const struct rule *rule_narrow(const struct rule *r, size_t term, struct pattern *value, struct narrowed *buf)
{
	buf->rule = *r;
	buf->rule.terms = buf->terms;
	memcpy(buf->terms, r->terms, r->n_terms * sizeof(*r->terms));
	buf->terms[term].values = value;
	buf->terms[term].n_values = 1;
	return &buf->rule;
}
