/* Rules by the values that they name, so that no rule is compared with every other. */
#include "value_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "rule_cover.h"

/* A value is part of a line. */
#define VALUE_NAME_BYTES (POLICY_LINE_MAX_BYTES + 16)

/* Returns ret, of VALUE_NAME_BYTES. */
static const char *value_name(enum match_kind kind, const struct pattern *v, char *ret)
{
	snprintf(ret, VALUE_NAME_BYTES, "%u%c%s", kind, v->is_glob ? 'G' : '=', v->text);
	return ret;
}

static void bucket_add(struct bucket *b, unsigned rule)
{
	if (b->n < BUCKET_MAX && (b->n == 0 || b->rules[b->n - 1] != rule))
		b->rules[b->n++] = rule;
}

static struct bucket *bucket_make(struct value_index *ix, enum match_kind kind, const struct pattern *v)
{
	char name[VALUE_NAME_BYTES];
	unsigned i = map_get(&ix->bucket_of_value, value_name(kind, v, name));

	if (i != MAP_NONE)
		return ix->buckets[i];
	array_grow(ix->buckets, ix->n, ix->cap);
	ix->buckets[ix->n] = arena_alloc(&ix->arena, sizeof(struct bucket));
	map_put(&ix->bucket_of_value, arena_strdup(&ix->arena, name), (unsigned)ix->n);
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
	char name[VALUE_NAME_BYTES];
	unsigned i = map_get(&ix->bucket_of_value, value_name(kind, v, name));

	return i == MAP_NONE ? NULL : ix->buckets[i];
}

void value_index_done(struct value_index *ix)
{
	free(ix->buckets);
	map_done(&ix->bucket_of_value);
	arena_done(&ix->arena);
}
