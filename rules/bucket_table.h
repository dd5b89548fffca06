/* Keys to lists of rules: made once from all pairs, then only read. */
#pragma once

#include <cgq/memory.h>

#include "rule_list.h"

/* What it is made of, by ascending rule. A pair may be repeated. */
struct bucket_pairs {
	struct bucket_pair {
		uint32_t key;
		unsigned rule;
	} *list;
	size_t n, cap;
};

struct bucket_table {
	struct bucket_slot {
		uint32_t key;
		uint32_t start; /* in rules, from 1; 0: a free slot */
		uint32_t n;
	} *slots;
	size_t cap; /* a power of two */
	unsigned *rules;
};

void bucket_pair_add(struct bucket_pairs *pairs, uint32_t key, unsigned rule);
/* Takes the pairs and leaves none. */
void bucket_table_make(struct bucket_table *t, struct bucket_pairs *pairs);
struct rule_list bucket_table_find(const struct bucket_table *t, uint32_t key); /* empty: none has it */
void bucket_table_done(struct bucket_table *t);
