/* Names to numbers: a hash table with open addressing. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "text.h"

#define MAP_LEAST 64

void map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

/* The slot that holds key, or the free one where it belongs. */
static struct map_slot *slot_of(const struct map *m, const char *key)
{
	size_t i = text_hash(0, key, strlen(key)) & (m->cap - 1);

	while (m->slots[i].key && strcmp(m->slots[i].key, key))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

unsigned map_get(const struct map *m, const char *key)
{
	const struct map_slot *s = m->cap ? slot_of(m, key) : NULL;

	return s && s->key ? s->value : MAP_NONE;
}

static void map_enlarge(struct map *m)
{
	struct map larger = { .n = m->n, .cap = m->cap ? m->cap * 2 : MAP_LEAST };

	larger.slots = must_alloc(larger.cap * sizeof(*larger.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key)
			*slot_of(&larger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = larger;
}

void map_put(struct map *m, const char *key, unsigned value)
{
	struct map_slot *s;

	if (m->n * 2 >= m->cap)
		map_enlarge(m);
	s = slot_of(m, key);
	if (!s->key) {
		s->key = key;
		m->n++;
	}
	s->value = value;
}
