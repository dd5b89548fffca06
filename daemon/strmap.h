/* A map from strings to anything. */
#pragma once

#include <stddef.h>

struct strmap {
	struct strmap_entry **buckets;
	size_t n, n_buckets;
};

/* An all-zero map is an empty one. Keys are copied and stay where they are until the map is emptied. */
struct strmap_entry {
	struct strmap_entry *next;
	void *value;
	char key[];
};

/* The entry of that key, or NULL. */
struct strmap_entry *strmap_find(const struct strmap *m, const char *key);
/* The same, made with value NULL if it is not there. */
struct strmap_entry *strmap_put(struct strmap *m, const char *key);
/* Drops all entries; drop, which may be NULL, is handed each value. */
void strmap_clear(struct strmap *m, void (*drop)(void *value));
