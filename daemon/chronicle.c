/* What happened, and why. */
#include "chronicle.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define SECOND_USEC 1000000U

const char *const happening_words[HAPPENING__COUNT] = {
#define X(id, word, burst) [HAPPENING_##id] = word,
	HAPPENING_TABLE(X)
#undef X
};

static const unsigned bursts[HAPPENING__COUNT] = {
#define X(id, word, burst) [HAPPENING_##id] = burst,
	HAPPENING_TABLE(X)
#undef X
};

/* Of one kind, within the second that began at since_usec. */
struct rate_limit {
	uint64_t since_usec;
	unsigned kept;
	unsigned long left_out; /* since the last one that was kept */
};

struct chronicle {
	struct chronicle_entry **ring; /* each in one piece with its strings */
	size_t size;
	uint64_t last; /* seq of the newest; it lies at (seq - 1) % size */
	struct rate_limit limits[HAPPENING__COUNT];
	void (*told)(void *ctx, const struct chronicle_entry *e);
	void *told_ctx;
};

struct chronicle *chronicle_new(size_t most)
{
	struct chronicle *c = must_alloc(sizeof(*c));

	c->size = most;
	c->ring = must_alloc(most * sizeof(struct chronicle_entry *));
	return c;
}

void chronicle_free(struct chronicle *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->size; i++)
		free(c->ring[i]);
	free(c->ring);
	free(c);
}

/* The strings of a happening, as addresses in it. */
#define STRINGS 8

static void strings_of(struct happening *h, const char **ret[STRINGS])
{
	const char **all[STRINGS] = {&h->group, &h->name, &h->at.file, &h->who, &h->what, &h->was, &h->now, &h->text};

	memcpy(ret, all, sizeof(all));
}

/* One allocation for an entry and all that belongs to it. */
static struct chronicle_entry *entry_new(const struct happening *h)
{
	struct happening copy = *h;
	const char **from[STRINGS], **to[STRINGS];
	size_t lens[STRINGS] = {0}, used = 0;
	struct chronicle_entry *e;
	char *at;

	strings_of(&copy, from);
	for (unsigned i = 0; i < STRINGS; i++) {
		lens[i] = *from[i] ? strnlen(*from[i], CHRONICLE_TEXT_MAX - used) : 0;
		used += lens[i];
	}
	e = must_alloc(sizeof(*e) + used + STRINGS);
	e->h = *h;
	strings_of(&e->h, to);
	at = (char *)(e + 1);
	for (unsigned i = 0; i < STRINGS; i++) {
		if (!*from[i])
			continue;
		memcpy(at, *from[i], lens[i]);
		at[lens[i]] = '\0';
		*to[i] = at;
		at += lens[i] + 1;
	}
	return e;
}

static bool is_left_out(struct rate_limit *l, enum happening_kind kind, uint64_t at_usec)
{
	if (at_usec - l->since_usec >= SECOND_USEC) {
		l->since_usec = at_usec;
		l->kept = 0;
	}
	if (l->kept < bursts[kind]) {
		l->kept++;
		return false;
	}
	l->left_out++;
	return true;
}

bool chronicle_add(struct chronicle *c, uint64_t at_usec, const struct happening *h)
{
	struct rate_limit *limit = &c->limits[h->kind];
	struct chronicle_entry *e, **slot;

	if (is_left_out(limit, h->kind, at_usec))
		return false;
	e = entry_new(h);
	e->seq = ++c->last;
	e->at_usec = at_usec;
	e->left_out = limit->left_out;
	limit->left_out = 0;
	slot = &c->ring[(e->seq - 1) % c->size];
	free(*slot);
	*slot = e;
	if (c->told)
		c->told(c->told_ctx, e);
	return true;
}

void chronicle_each(const struct chronicle *c, uint64_t after, bool (*each)(void *ctx, const struct chronicle_entry *e),
		    void *ctx)
{
	uint64_t first = c->last > c->size ? c->last - c->size + 1 : 1;

	for (uint64_t seq = after + 1 > first ? after + 1 : first; seq <= c->last; seq++)
		if (!each(ctx, c->ring[(seq - 1) % c->size]))
			return;
}

uint64_t chronicle_last(const struct chronicle *c)
{
	return c->last;
}

void chronicle_listen(struct chronicle *c, void (*told)(void *ctx, const struct chronicle_entry *e), void *ctx)
{
	c->told = told;
	c->told_ctx = ctx;
}
