/*
 * The rules of a policy by the values that they name, so that a process is tried against those that may fit it and
 * no others. Each rule is filed under one term, its anchor, that is not negated and names something: literals, files
 * and accounts as numbers, of a glob its beginning ("php-" of "php-*") or a piece of it ("3307" of "*port=3307*").
 * A rule that has none is tried always.
 */
#pragma once

#include <cgq/policy.h>
#include <cgq/verdict.h>

#include "bucket_table.h"

/* Of a glob's beginning, so much is looked at. */
#define INDEX_BEGINNING_MAX 32
#define INDEX_PIECE_BYTES   4

/* Immutable once made. */
struct rule_index {
	struct bucket_table buckets;
	struct filed {
		unsigned *list; /* rules filed under this kind, ascending; owned here */
		size_t n, cap;
	} filed[MATCH__COUNT], loose; /* loose: without an anchor */
	struct filed_forms {
		bool whole, piece;
		uint64_t beginnings; /* bit per length */
	} forms[MATCH__COUNT];	     /* how values of this kind are filed */
};

/* Good as long as p and what r says; a rule that r lets fit nothing is not in it. */
struct rule_index *rule_index_new(const struct policy *p, const struct resolved *r);
void rule_index_free(struct rule_index *ix);
