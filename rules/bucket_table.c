/* Keys to lists of rules: open addressing over one array of all rules. */
#include "bucket_table.h"

#include <stdlib.h>

void bucket_pair_add(struct bucket_pairs *pairs, uint32_t key, unsigned rule)
{
	array_grow(pairs->list, pairs->n, pairs->cap);
	pairs->list[pairs->n++] = (struct bucket_pair){key, rule};
}

/* The slot that holds key, or the free one where it belongs. */
static struct bucket_slot *slot_of(const struct bucket_table *t, uint32_t key)
{
	size_t i = key & (t->cap - 1);

	while (t->slots[i].start && t->slots[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

/* Each key gets a slot, and in rules a stretch as long as it has pairs. */
static void stretches_make(struct bucket_table *t, const struct bucket_pairs *pairs)
{
	uint32_t start = 1;

	for (size_t i = 0; i < pairs->n; i++) {
		struct bucket_slot *s = slot_of(t, pairs->list[i].key);

		s->key = pairs->list[i].key;
		s->start = start;
		s->n++;
	}
	for (size_t i = 0; i < t->cap; i++) {
		struct bucket_slot *s = &t->slots[i];

		if (!s->start)
			continue;
		s->start = start;
		start += s->n;
		s->n = 0;
	}
}

static void pair_put(struct bucket_table *t, const struct bucket_pair *pair)
{
	struct bucket_slot *s = slot_of(t, pair->key);
	unsigned *end = t->rules + s->start + s->n;

	if (s->n && end[-1] == pair->rule)
		return;
	*end = pair->rule;
	s->n++;
}

void bucket_table_make(struct bucket_table *t, struct bucket_pairs *pairs)
{
	*t = (struct bucket_table){.cap = 1};
	while (t->cap * 2 < pairs->n * 3 + 2)
		t->cap *= 2;
	t->slots = must_alloc(t->cap * sizeof(*t->slots));
	t->rules = must_alloc((pairs->n + 1) * sizeof(*t->rules));
	stretches_make(t, pairs);
	for (size_t i = 0; i < pairs->n; i++)
		pair_put(t, &pairs->list[i]);
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
