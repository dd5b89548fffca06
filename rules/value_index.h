/* Rules by the values that they name, so that no rule is compared with every other. */
#pragma once

#include <cgq/memory.h>
#include <cgq/policy.h>

#include "map.h"

/* So many are kept per value: more rules of one name than that differ in something else, and a missed warning costs nothing. */
#define BUCKET_MAX 32

/* Indices of rules, ascending. */
struct bucket {
	unsigned rules[BUCKET_MAX];
	unsigned n;
};

struct value_index {
	struct arena arena;
	struct map bucket_of_value;
	struct bucket **buckets;
	size_t n, cap;
	struct bucket globs[MATCH__COUNT]; /* rules that name a glob of this kind */
	struct bucket loose;		   /* rules that name no value */
};

enum index_by {
	INDEX_FIRST_TERM, /* a rule that covers another shares a value of any of its terms: one is enough */
	INDEX_EVERY_TERM,
};

/* Values of negated terms, and name:*, name nothing. */
void value_index_add(struct value_index *ix, const struct rule *r, unsigned rule, enum index_by by);
/* Rules that name just this; NULL: none. */
const struct bucket *value_index_find(const struct value_index *ix, enum match_kind kind, const struct pattern *v);
void value_index_done(struct value_index *ix);
