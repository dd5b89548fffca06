/* Rules by the values that they name, so that no rule is compared with every other. */
#include "value_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "rule_cover.h"

/* A value is part of a line. */
struct value_name {
	char text[POLICY_LINE_MAX_BYTES + 16];
};

static void value_name(enum match_kind kind, const struct pattern *v, struct value_name *ret)
{
	snprintf(ret->text, sizeof(ret->text), "%u%c%s", kind, v->is_glob ? 'G' : '=', v->text);
}

static void bucket_add(struct bucket *b, unsigned rule)
{
	if (b->n < BUCKET_MAX && (b->n == 0 || b->rules[b->n - 1] != rule))
		b->rules[b->n++] = rule;
}

static struct bucket *bucket_make(struct value_index *ix, enum match_kind kind, const struct pattern *v)
{
	struct value_name name;
	unsigned i;

	value_name(kind, v, &name);
	i = map_get(&ix->bucket_of_value, name.text);
	if (i != MAP_NONE)
		return ix->buckets[i];
	array_grow(ix->buckets, ix->n, ix->cap);
	ix->buckets[ix->n] = arena_alloc(&ix->arena, sizeof(struct bucket));
	map_put(&ix->bucket_of_value, arena_strdup(&ix->arena, name.text), (unsigned)ix->n);
	return ix->buckets[ix->n++];
}

static void term_add(struct value_index *ix, const struct term *t, unsigned rule)
{
	for (size_t i = 0; i < t->n_values; i++) {
		bucket_add(bucket_make(ix, t->kind, &t->values[i]), rule);
		if (t->values[i].is_glob)
			bucket_add(&ix->globs[t->kind], rule);
	}
}

void value_index_add(struct value_index *ix, const struct rule *r, unsigned rule, enum index_by by)
{
	bool found = false;

	for (size_t i = 0; i < r->n_terms && !(found && by == INDEX_FIRST_TERM); i++) {
		if (r->terms[i].negated || term_is_always(&r->terms[i]))
			continue;
		term_add(ix, &r->terms[i], rule);
		found = true;
	}
	if (!found)
		bucket_add(&ix->loose, rule);
}

const struct bucket *value_index_find(const struct value_index *ix, enum match_kind kind, const struct pattern *v)
{
	struct value_name name;
	unsigned i;

	value_name(kind, v, &name);
	i = map_get(&ix->bucket_of_value, name.text);
	return i == MAP_NONE ? NULL : ix->buckets[i];
}

void value_index_done(struct value_index *ix)
{
	free(ix->buckets);
	map_done(&ix->bucket_of_value);
	arena_done(&ix->arena);
}
