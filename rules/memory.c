/* Memory that is there or ends the program. */
#include <cgq/memory.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 4064 /* with its head and malloc's own, one page */

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	max_align_t data[];
};

static void *or_abort(void *p)
{
	if (!p)
		abort();
	return p;
}

void *must_alloc(size_t bytes)
{
	return or_abort(calloc(1, bytes ? bytes : 1));
}

void *must_realloc(void *p, size_t bytes)
{
	return or_abort(realloc(p, bytes ? bytes : 1));
}

char *must_strdup(const char *s)
{
	return or_abort(strdup(s));
}

char *must_strndup(const char *s, size_t n)
{
	return or_abort(strndup(s, n));
}

char *must_printf(const char *fmt, ...)
{
	va_list args;
	char *s = NULL;
	int n;

	va_start(args, fmt);
	n = vasprintf(&s, fmt, args);
	va_end(args);
	return or_abort(n < 0 ? NULL : s);
}

void arena_done(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
}

/* Behind the open chunk of a, which keeps its room. */
void arena_join(struct arena *a, struct arena *from)
{
	struct arena_chunk **end = &a->chunks;

	while (*end)
		end = &(*end)->next;
	*end = from->chunks;
	from->chunks = NULL;
}

static struct arena_chunk *chunk_new(size_t bytes)
{
	size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
	struct arena_chunk *c = must_alloc(sizeof(*c) + size);

	c->size = size;
	return c;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_chunk *c = a->chunks;
	void *p;

	if (bytes > SIZE_MAX / 2)
		abort();
	bytes = (bytes + align - 1) / align * align;
	if (!c || c->size - c->used < bytes) {
		c = chunk_new(bytes);
		/* a big one goes behind the open chunk, which keeps its room */
		if (a->chunks && bytes > CHUNK_BYTES / 2) {
			c->next = a->chunks->next;
			a->chunks->next = c;
		} else {
			c->next = a->chunks;
			a->chunks = c;
		}
	}
	p = (char *)c->data + c->used;
	c->used += bytes;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = arena_alloc(a, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	char *s;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n < 0)
		abort();
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return s;
}

void *array_grow_bytes(void *p, size_t element_bytes, size_t n, size_t *cap)
{
	size_t more;

	if (n < *cap)
		return p;
	more = *cap ? *cap * 2 : 8;
	if (more <= n || more > SIZE_MAX / 2 / element_bytes)
		abort();
	p = must_realloc(p, more * element_bytes);
	memset((char *)p + *cap * element_bytes, 0, (more - *cap) * element_bytes);
	*cap = more;
	return p;
}
