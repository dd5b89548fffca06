/* Rules, and values of rules, that can never win, since earlier ones fit whatever they fit. */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "rule_cover.h"
#include "value_index.h"
#include "text.h"

#define RULE_NONE UINT32_MAX

/* Rules before the one that is looked at. */
struct earlier {
	const struct policy *policy;
	struct value_index by_first_term, by_every_term;
};

/* The first of the bucket that covers r, or what was found before, whichever is tried first. */
static unsigned bucket_cover(const struct policy *p, const struct bucket *b, const struct rule *r, unsigned found)
{
	for (unsigned i = 0; b && i < b->n && b->rules[i] < found; i++)
		if (rule_covers(&p->rules[b->rules[i]], r))
			return b->rules[i];
	return found;
}

/* The first rule that fits whatever r fits, or RULE_NONE. */
static unsigned cover_find(const struct earlier *e, const struct rule *r)
{
	unsigned found = bucket_cover(e->policy, &e->by_first_term.loose, r, RULE_NONE);

	for (size_t i = 0; i < r->n_terms; i++) {
		const struct term *u = &r->terms[i];

		if (u->negated)
			continue;
		found = bucket_cover(e->policy, value_index_find(&e->by_first_term, u->kind, &u->values[0]), r, found);
		found = bucket_cover(e->policy, &e->by_first_term.globs[u->kind], r, found);
	}
	return found;
}

/* The same for r with one value only: what did not cover all of r names that value. */
static unsigned value_cover(const struct earlier *e, const struct rule *r, size_t term, struct pattern *v)
{
	enum match_kind kind = r->terms[term].kind;
	struct narrowed buf;
	const struct rule *one = rule_narrow(r, term, v, &buf);
	unsigned found = bucket_cover(e->policy, value_index_find(&e->by_every_term, kind, v), one, RULE_NONE);

	return bucket_cover(e->policy, &e->by_every_term.globs[kind], one, found);
}

/* What earlier rules leave of the values of one term. */
struct taken {
	size_t n;	/* values that can never win */
	unsigned last;	/* of the rules that take them */
	unsigned other; /* the first that takes one without being meant to: of another group, and not all within r */
	const struct pattern *value; /* the one that it takes */
};

static struct taken values_taken(const struct earlier *e, const struct rule *r, size_t term)
{
	struct taken ret = { .other = RULE_NONE };

	for (size_t i = 0; i < r->terms[term].n_values; i++) {
		unsigned cover = value_cover(e, r, term, &r->terms[term].values[i]);
		const struct rule *by = &e->policy->rules[cover == RULE_NONE ? 0 : cover];

		if (cover == RULE_NONE)
			continue;
		ret.last = ret.n++ == 0 || cover > ret.last ? cover : ret.last;
		if (ret.other != RULE_NONE || by->group == r->group || rule_covers(r, by))
			continue;
		ret.other = cover;
		ret.value = &r->terms[term].values[i];
	}
	return ret;
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

/* "'name:x' of [a] in a.conf:2" */
static const char *rule_text(const struct policy *p, unsigned rule, char *buf, size_t size)
{
	const struct rule *r = &p->rules[rule];

	snprintf(buf, size, "'%s' of [%s] in %s:%u", TEXT_ESCAPED(r->text), p->groups[r->group].path, r->at.file,
		 r->at.line);
	return buf;
}

#define RULE_SHOWN(p, rule) rule_text((p), (rule), (char[1200]){ 0 }, 1200)

/* Values one by one: each may be taken by another rule. Once a rule is enough. */
static void values_lint(const struct earlier *e, const struct rule *r, struct faults *faults)
{
	for (size_t i = 0; i < r->n_terms; i++) {
		const struct term *t = &r->terms[i];
		struct taken taken;

		if (t->negated || t->n_values < 2)
			continue;
		taken = values_taken(e, r, i);
		if (taken.n == t->n_values)
			fault_add(faults, SEVERITY_WARNING, r->at,
				  "can never win: earlier rules, the last of them %s, fit whatever this fits",
				  RULE_SHOWN(e->policy, taken.last));
		else if (taken.other != RULE_NONE)
			fault_add(faults, SEVERITY_WARNING, r->at, "'%s' can never win here: %s is tried first",
				  TEXT_ESCAPED(taken.value->text), RULE_SHOWN(e->policy, taken.other));
		else
			continue;
		return;
	}
}

static void rule_lint(const struct earlier *e, const struct rule *r, struct faults *faults)
{
	unsigned cover = cover_find(e, r);

	if (cover != RULE_NONE)
		fault_add(faults, SEVERITY_WARNING, r->at, "can never win: %s is tried first and fits whatever this fits",
			  RULE_SHOWN(e->policy, cover));
	else if (is_impossible(r))
		fault_add(faults, SEVERITY_WARNING, r->at, "can never fit: one term excludes what another asks for");
	else
		values_lint(e, r, faults);
}

void lint_rules(const struct policy *p, struct faults *faults)
{
	struct earlier e = { .policy = p };

	for (unsigned i = 0; i < p->n_rules; i++) {
		rule_lint(&e, &p->rules[i], faults);
		value_index_add(&e.by_first_term, &p->rules[i], i, INDEX_FIRST_TERM);
		value_index_add(&e.by_every_term, &p->rules[i], i, INDEX_EVERY_TERM);
	}
	value_index_done(&e.by_first_term);
	value_index_done(&e.by_every_term);
}
