/* Memory that is there or ends the program: arenas and growing arrays. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * Nothing here returns NULL. A daemon that cannot get a few hundred bytes ends by abort(); limits stay and the
 * next start takes over (law 4), which is safer than a thousand error paths that no test walks.
 */
void *must_alloc(size_t bytes);	 /* zeroed; owned by the caller, free() */
void *must_realloc(void *p, size_t bytes);
char *must_strdup(const char *s);
char *must_strndup(const char *s, size_t n);
char *must_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Strings and structs that live and die together. */
struct arena {
	struct arena_chunk *chunks;
};

void arena_done(struct arena *a);
#define auto_arena __attribute__((cleanup(arena_done)))
void arena_join(struct arena *a, struct arena *from); /* what lived in from lives in a; from is empty */
void *arena_alloc(struct arena *a, size_t bytes); /* zeroed, aligned for anything */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for one more element in the array p of n elements and capacity cap; p is malloc'ed, new bytes are zero. */
#define array_grow(p, n, cap) ((p) = array_grow_bytes((p), sizeof(*(p)), (n), &(cap)))
void *array_grow_bytes(void *p, size_t element_bytes, size_t n, size_t *cap);
