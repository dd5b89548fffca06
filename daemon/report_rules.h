/* Rules of a policy by their key, as members remember them. */
#pragma once

#include <cgq/policy.h>

struct rule_index {
	const struct rule **list; /* sorted by key */
	size_t n;
};

void rule_index_init(struct rule_index *x, const struct policy *p);
void rule_index_done(struct rule_index *x);
const struct rule *rule_index_find(const struct rule_index *x, uint64_t key); /* NULL: no such rule any more */
