/* Keys to lists of rules: open addressing over one array of all rules. */
#include "bucket_table.h"

#include <stdlib.h>

void bucket_pair_add(struct bucket_pairs *pairs, uint32_t key, unsigned rule)
{
	array_grow(pairs->list, pairs->n, pairs->cap);
	pairs->list[pairs->n++] = (uint64_t)key << 32 | rule;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* By key, then rule, each pair once. */
static void pairs_sort(struct bucket_pairs *pairs)
{
	size_t n = 0;

	if (pairs->n)
		qsort(pairs->list, pairs->n, sizeof(pairs->list[0]), by_number);
	for (size_t i = 0; i < pairs->n; i++)
		if (i == 0 || pairs->list[i] != pairs->list[n - 1])
			pairs->list[n++] = pairs->list[i];
	pairs->n = n;
}

static uint32_t key_of(uint64_t pair)
{
	return (uint32_t)(pair >> 32);
}

static size_t count_keys(const struct bucket_pairs *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++)
		n += i == 0 || key_of(pairs->list[i]) != key_of(pairs->list[i - 1]);
	return n;
}

/* The slot that holds key, or the free one where it belongs. */
static struct bucket_slot *slot_of(const struct bucket_table *t, uint32_t key)
{
	size_t i = key & (t->cap - 1);

	while (t->slots[i].n && t->slots[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

void bucket_table_make(struct bucket_table *t, struct bucket_pairs *pairs)
{
	size_t n_keys;

	pairs_sort(pairs);
	n_keys = count_keys(pairs);
	*t = (struct bucket_table){.cap = 1};
	while (t->cap * 2 < n_keys * 3 + 2)
		t->cap *= 2;
	t->slots = must_alloc(t->cap * sizeof(*t->slots));
	t->rules = must_alloc(pairs->n * sizeof(*t->rules));
	for (size_t i = 0; i < pairs->n; i++) {
		struct bucket_slot *s = slot_of(t, key_of(pairs->list[i]));

		if (s->n++ == 0) {
			s->key = key_of(pairs->list[i]);
			s->start = (uint32_t)i;
		}
		t->rules[i] = (unsigned)pairs->list[i];
	}
	free(pairs->list);
	*pairs = (struct bucket_pairs){0};
}

struct rule_list bucket_table_find(const struct bucket_table *t, uint32_t key)
{
	const struct bucket_slot *s = slot_of(t, key);

	return (struct rule_list){t->rules + s->start, t->rules + s->start + s->n};
}

void bucket_table_done(struct bucket_table *t)
{
	free(t->slots);
	free(t->rules);
	*t = (struct bucket_table){0};
}
