/* A map from strings to anything, in buckets that double when they fill. */
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "strmap.h"
#include "text.h"

#define BUCKETS_FIRST 16

static struct strmap_entry **bucket_of(struct strmap_entry **buckets, size_t n, const char *key)
{
	return &buckets[text_hash(0, key, strlen(key)) & (n - 1)];
}

static void map_grow(struct strmap *m)
{
	size_t n = m->n_buckets ? m->n_buckets * 2 : BUCKETS_FIRST;
	struct strmap_entry **buckets = must_alloc(n * sizeof(struct strmap_entry *));

	for (size_t i = 0; i < m->n_buckets; i++) {
		for (struct strmap_entry *one = m->buckets[i], *next; one; one = next) {
			struct strmap_entry **at = bucket_of(buckets, n, one->key);

			next = one->next;
			one->next = *at;
			*at = one;
		}
	}
	free(m->buckets);
	m->buckets = buckets;
	m->n_buckets = n;
}

struct strmap_entry *strmap_find(const struct strmap *m, const char *key)
{
	struct strmap_entry *one = m->n ? *bucket_of(m->buckets, m->n_buckets, key) : NULL;

	while (one && strcmp(one->key, key) != 0)
		one = one->next;
	return one;
}

struct strmap_entry *strmap_put(struct strmap *m, const char *key)
{
	struct strmap_entry *one = strmap_find(m, key), **at;
	size_t key_bytes = strlen(key) + 1;

	if (one)
		return one;
	if (m->n >= m->n_buckets)
		map_grow(m);
	one = must_alloc(sizeof(*one) + key_bytes);
	memcpy(one->key, key, key_bytes);
	at = bucket_of(m->buckets, m->n_buckets, key);
	one->next = *at;
	*at = one;
	m->n++;
	return one;
}

void strmap_clear(struct strmap *m, void (*drop)(void *value))
{
	for (size_t i = 0; i < m->n_buckets; i++) {
		for (struct strmap_entry *one = m->buckets[i], *next; one; one = next) {
			next = one->next;
			if (drop)
				drop(one->value);
			free(one);
		}
	}
	free(m->buckets);
	*m = (struct strmap){0};
}
