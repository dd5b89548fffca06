/* Keys to lists of rules: made once from all pairs, then only read. */
#pragma once

#include <cgq/memory.h>

#include "rule_list.h"

/* What it is made of: a key in the high half, a rule in the low one. Pairs may be repeated. */
struct bucket_pairs {
	uint64_t *list;
	size_t n, cap;
};

struct bucket_table {
	struct bucket_slot {
		uint32_t key;
		uint32_t start; /* in rules */
		uint32_t n;	/* 0: a free slot */
	} *slots;
	size_t cap; /* a power of two */
	unsigned *rules;
};

void bucket_pair_add(struct bucket_pairs *pairs, uint32_t key, unsigned rule);
/* Sorts the pairs, takes them, and leaves none. */
void bucket_table_make(struct bucket_table *t, struct bucket_pairs *pairs);
struct rule_list bucket_table_find(const struct bucket_table *t, uint32_t key); /* empty: none has it */
void bucket_table_done(struct bucket_table *t);
