/* The laws across files, for files that have faults of their own. */
#include "partial_check.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "map.h"
#include "policy_build.h"
#include "policy_check.h"

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_.-/"

/* What is in doubt of a policy is taken out of it, so that its laws say nothing of that. */
struct partial {
	struct draft *const *drafts;
	size_t n;
	struct policy *p;	  /* its files are those of the drafts, by index */
	struct map index_of_file;
	struct map named;	  /* groups that may be there, for all we know */
	bool has_unread;
	bool *doubted;		  /* by parent (the machine first) and key: its sum is not what was meant */
	struct arena arena;
};

static struct policy *parts_build(struct draft *const *drafts, size_t n, struct faults *faults)
{
	auto_free struct draft *parts = must_alloc((n + 1) * sizeof(*parts));
	auto_free struct draft **list = must_alloc((n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		parts[i] = *drafts[i];
		parts[i].is_faulty = false;
		list[i] = &parts[i];
	}
	return policy_build(list, n, faults);
}

/* Every word of "[web" or "web] # php" that may be a path, without the '/' at its ends. */
static void header_name(struct partial *pt, const char *header)
{
	for (const char *s = header; *(s += strcspn(s, NAME_BYTES)); s += strspn(s, NAME_BYTES)) {
		const char *first = s + strspn(s, "/");
		size_t len = strspn(first, NAME_BYTES);

		while (len && first[len - 1] == '/')
			len--;
		if (len)
			map_put(&pt->named, arena_strndup(&pt->arena, first, len), 0);
	}
}

static void names_gather(struct partial *pt, struct draft *const *others, size_t n_others)
{
	for (size_t i = 0; i < pt->n; i++) {
		pt->has_unread |= pt->drafts[i]->is_unread;
		for (size_t j = 0; j < pt->drafts[i]->n_lost_headers; j++)
			header_name(pt, pt->drafts[i]->lost_headers[j]);
	}
	for (size_t i = 0; i < n_others; i++)
		for (size_t j = 0; j < others[i]->n_groups; j++)
			map_put(&pt->named, others[i]->groups[j].path, 0);
}

static bool is_orphan(const struct group *g)
{
	return g->parent == GROUP_NONE && g->name != g->path;
}

/* Of the sum in which g has a part. */
static bool *doubt_of(struct partial *pt, const struct group *g, enum key key)
{
	size_t parent = g->parent == GROUP_NONE ? 0 : g->parent + 1;

	return &pt->doubted[parent * KEY__COUNT + key];
}

/* A line at fault overrides nothing that a later file says. */
static void doubt_take(struct partial *pt, const struct draft_doubt *d, const char *path, unsigned file)
{
	const struct group *g = &pt->p->groups[policy_group(pt->p, path)];
	const char *set_in = group_setting(g, d->key)->at.file;

	if (!is_orphan(g) && (!set_in || map_get(&pt->index_of_file, set_in) <= file))
		*doubt_of(pt, g, d->key) = true;
}

/* What stands under a header at fault, or in a file that could not be read, may override whatever earlier files say. */
static void unknown_take(struct partial *pt, enum key key, unsigned file)
{
	for (size_t i = 0; i < pt->p->n_groups; i++) {
		const struct group *g = &pt->p->groups[i];
		const char *set_in = group_setting(g, key)->at.file;

		if (!is_orphan(g) && set_in && map_get(&pt->index_of_file, set_in) < file)
			*doubt_of(pt, g, key) = true;
	}
}

static void doubts_gather(struct partial *pt)
{
	unsigned unknown[KEY__COUNT] = { 0 }; /* the last file of such a kind */

	for (unsigned i = 0; i < pt->n; i++) {
		const struct draft *d = pt->drafts[i];

		for (size_t j = 0; j < d->n_doubts; j++)
			if (d->doubts[j].group == GROUP_NONE)
				unknown[d->doubts[j].key] = i;
			else
				doubt_take(pt, &d->doubts[j], d->groups[d->doubts[j].group].path, i);
		for (unsigned key = 0; d->is_unread && key < KEY__COUNT; key++)
			unknown[key] = i;
	}
	for (unsigned key = 0; key < KEY__COUNT; key++)
		unknown_take(pt, (enum key)key, unknown[key]);
}

static void sums_silence(struct partial *pt)
{
	for (size_t i = 0; i < pt->p->n_groups; i++)
		for (unsigned key = 0; key < KEY__COUNT; key++)
			if (*doubt_of(pt, &pt->p->groups[i], (enum key)key))
				group_setting_forget(&pt->p->groups[i], (enum key)key);
}

static bool is_parent_doubted(const struct partial *pt, const struct group *g)
{
	auto_free char *parent = must_strndup(g->path, (size_t)(g->name - g->path) - 1);
	const struct draft *d = pt->drafts[map_get(&pt->index_of_file, g->at.file)];

	return pt->has_unread || d->n_lost_headers || map_get(&pt->named, parent) != MAP_NONE;
}

static void orphans_silence(struct partial *pt)
{
	for (size_t i = 0; i < pt->p->n_groups; i++) {
		struct group *g = &pt->p->groups[i];

		if (!is_orphan(g) || !is_parent_doubted(pt, g))
			continue;
		g->name = g->path;
		g->n_settings = 0;
	}
}

void partial_check(struct draft *const *drafts, size_t n, struct draft *const *others, size_t n_others,
		   const struct machine *m, struct faults *faults)
{
	struct partial pt = { .drafts = drafts, .n = n, .p = parts_build(drafts, n, faults) };

	if (pt.p->n_files == n) { /* else there is too much of something, and the rest is not the whole */
		pt.doubted = must_alloc((pt.p->n_groups + 1) * KEY__COUNT * sizeof(*pt.doubted));
		for (unsigned i = 0; i < n; i++)
			map_put(&pt.index_of_file, pt.p->files[i], i);
		names_gather(&pt, others, n_others);
		doubts_gather(&pt);
		sums_silence(&pt);
		orphans_silence(&pt);
		policy_check(pt.p, m, faults);
	}
	free(pt.doubted);
	map_done(&pt.index_of_file);
	map_done(&pt.named);
	arena_done(&pt.arena);
	policy_free(pt.p);
}
