/* Which processes belong to which group: a map by pid, whose entries stay where they are while it grows. */
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "members.h"
#include "strmap.h"

#define BUCKETS_FIRST 256
/* Before it is asked whom they belong to: some 100 KiB. */
#define PATHS_MIN 1000

struct entry {
	struct member member; /* first: a member is its entry */
	struct entry *next;
};

/* Entries side by side, and in pages of their own: between them nothing that is freed would leave holes. */
#define SLAB_ENTRIES 512

struct slab {
	struct slab *next;
	struct entry entries[SLAB_ENTRIES];
};

struct members {
	struct entry **buckets;
	size_t n, n_buckets; /* a power of two */
	struct slab *slabs;  /* what the most members ever needed */
	size_t n_used;	     /* of the first slab: no entry behind them has been touched */
	struct entry *unused;/* those that were dropped */
	struct strmap paths; /* interned */
	struct strmap paths_before; /* between begin and end */
	size_t n_paths_kept; /* so many had somebody when that was asked last */
};

struct members *members_new(void)
{
	struct members *m = must_alloc(sizeof(*m));

	m->n_buckets = BUCKETS_FIRST;
	m->buckets = must_alloc(m->n_buckets * sizeof(struct entry *));
	return m;
}

static struct entry *entry_new(struct members *m)
{
	struct entry *one = m->unused;

	if (one) {
		m->unused = one->next;
		one->next = NULL;
		return one;
	}
	if (!m->slabs || m->n_used == SLAB_ENTRIES) {
		struct slab *slab = must_alloc(sizeof(*slab));

		slab->next = m->slabs;
		m->slabs = slab;
		m->n_used = 0;
	}
	return &m->slabs->entries[m->n_used++];
}

static void slabs_free(struct members *m)
{
	while (m->slabs) {
		struct slab *next = m->slabs->next;

		free(m->slabs);
		m->slabs = next;
	}
}

void members_free(struct members *m)
{
	if (!m)
		return;
	slabs_free(m);
	strmap_clear(&m->paths, NULL);
	strmap_clear(&m->paths_before, NULL);
	free(m->buckets);
	free(m);
}

/* The kernel hands pids out in turn: their low bits are as good as a hash. */
static struct entry **bucket_of(struct entry **buckets, size_t n, pid_t pid)
{
	return &buckets[(size_t)pid & (n - 1)];
}

/* The link that points at pid's entry, or at the NULL where it would stand. */
static struct entry **link_of(const struct members *m, pid_t pid)
{
	struct entry **at = bucket_of(m->buckets, m->n_buckets, pid);

	while (*at && (*at)->member.pid != pid)
		at = &(*at)->next;
	return at;
}

static void members_grow(struct members *m)
{
	size_t n = m->n_buckets * 2;
	struct entry **buckets = must_alloc(n * sizeof(struct entry *));

	for (size_t i = 0; i < m->n_buckets; i++) {
		for (struct entry *one = m->buckets[i], *next; one; one = next) {
			struct entry **at = bucket_of(buckets, n, one->member.pid);

			next = one->next;
			one->next = *at;
			*at = one;
		}
	}
	free(m->buckets);
	m->buckets = buckets;
	m->n_buckets = n;
}

struct member *members_find(struct members *m, pid_t pid)
{
	struct entry *one = *link_of(m, pid);

	return one ? &one->member : NULL;
}

struct member *members_put(struct members *m, pid_t pid, uint64_t start_ticks)
{
	struct entry **at = link_of(m, pid);

	if (!*at) {
		if (m->n >= m->n_buckets) {
			members_grow(m);
			at = link_of(m, pid);
		}
		*at = entry_new(m);
		m->n++;
	} else if ((*at)->member.start_ticks == start_ticks) {
		return &(*at)->member;
	}
	(*at)->member = (struct member){
		.pid = pid,
		.start_ticks = start_ticks,
		.group = GROUP_NONE,
		.left = GROUP_NONE,
		.kind = VERDICT_NONE,
	};
	return &(*at)->member;
}

bool member_is(struct member *one, uint64_t start_ticks)
{
	if (one->start_ticks == 0 && (one->born_ticks == 0 || start_ticks <= one->born_ticks))
		one->start_ticks = start_ticks;
	return one->start_ticks == start_ticks;
}

void members_drop(struct members *m, pid_t pid)
{
	struct entry **at = link_of(m, pid);
	struct entry *one = *at;

	if (!one)
		return;
	*at = one->next;
	m->n--;
	one->next = m->unused;
	m->unused = one;
}

size_t members_count(const struct members *m)
{
	return m->n;
}

const char *members_intern(struct members *m, const char *path)
{
	return path ? strmap_put(&m->paths, path)->key : NULL;
}

void members_each(struct members *m, void (*each)(void *ctx, struct member *one), void *ctx)
{
	for (size_t i = 0; i < m->n_buckets; i++) {
		for (struct entry *one = m->buckets[i], *next; one; one = next) {
			next = one->next;
			each(ctx, &one->member);
		}
	}
}

size_t members_paths(const struct members *m)
{
	return m->paths.n;
}

void member_paths_keep(struct member *one, struct members *m)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		one->origins[h] = members_intern(m, one->origins[h]);
	one->stood = members_intern(m, one->stood);
}

static void paths_keep(void *ctx, struct member *one)
{
	member_paths_keep(one, ctx);
}

bool members_paths_begin(struct members *m)
{
	if (m->paths.n < m->n_paths_kept * 2 + PATHS_MIN)
		return false;
	m->paths_before = m->paths;
	m->paths = (struct strmap){0};
	members_each(m, paths_keep, m);
	return true;
}

void members_paths_end(struct members *m)
{
	strmap_clear(&m->paths_before, NULL);
	m->n_paths_kept = m->paths.n;
}
