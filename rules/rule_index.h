/*
 * The rules of a policy by the values that they name, so that a process is tried against those that may fit it and
 * no others. Each rule is filed under one term, its anchor, that is not negated and names something: literals, the
 * beginnings of globs ("php-" of "php-*"), files and accounts as numbers. A rule that has none is tried always.
 */
#pragma once

#include <cgq/policy.h>
#include <cgq/verdict.h>

#include "bucket_table.h"

/* Of a glob's beginning, so much is looked at. */
#define INDEX_PREFIX_MAX 32

/* Immutable once made. */
struct rule_index {
	struct bucket_table buckets;
	struct filed {
		unsigned *list; /* rules filed under this kind, ascending; owned here */
		size_t n, cap;
	} filed[MATCH__COUNT], loose; /* loose: without an anchor */
	/* by kind, how its values are filed: bit 0 for whole ones, bit N for beginnings of N bytes */
	uint64_t forms[MATCH__COUNT];
};

/* Good as long as p and what r says; a rule that r lets fit nothing is not in it. */
struct rule_index *rule_index_new(const struct policy *p, const struct resolved *r);
void rule_index_free(struct rule_index *ix);
