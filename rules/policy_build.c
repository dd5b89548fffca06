/* Drafts become one policy. */
#include "policy_build.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "group_namespaces.h"
#include "map.h"
#include "policy_refs.h"
#include "text.h"

#define BUILDER_LEAST 16 /* groups and rules to begin with */

/* While groups stand in the order in which they are met. */
struct builder {
	struct policy *p;
	struct faults *faults;
	struct group *groups;
	size_t n_groups, cap_groups;
	struct rule *rules; /* group NONE: overridden */
	size_t n_rules, cap_rules, n_live;
	struct map group_of_path;
	struct map rule_of_label; /* "web/php LABEL" to the rule that stands for it now */
	struct arena names;	  /* of these */
	unsigned *moved_to;	  /* by index of groups: where it stands once sorted */
};

/* Depth first, siblings by name: '/' sorts below every byte of a name. */
static int path_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return 0;
	if (!*a || !*b)
		return *a ? 1 : -1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

/* Some of its groups may be known already. */
static bool groups_fit(struct builder *b, const struct draft *d)
{
	size_t n = b->n_groups;

	for (size_t i = 0; i < d->n_groups; i++) {
		if (map_get(&b->group_of_path, d->groups[i].path) != MAP_NONE || ++n <= POLICY_GROUPS_MAX)
			continue;
		fault_add(b->faults, SEVERITY_FAULT, d->groups[i].at, "[%s] is one group too many; at most %u in all",
			  d->groups[i].path, POLICY_GROUPS_MAX);
		return false;
	}
	return true;
}

static bool rules_fit(struct builder *b, const struct draft *d)
{
	if (b->n_live + d->n_rules <= POLICY_RULES_MAX)
		return true;
	fault_add(b->faults, SEVERITY_FAULT, d->rules[POLICY_RULES_MAX - b->n_live].at,
		  "one match too many; at most %u in all", POLICY_RULES_MAX);
	return false;
}

static unsigned group_place(struct builder *b, const char *file, const struct draft_group *g)
{
	unsigned i = map_get(&b->group_of_path, g->path);
	struct group *new;

	if (i != MAP_NONE)
		return i;
	array_grow(b->groups, b->n_groups, b->cap_groups);
	new = &b->groups[b->n_groups];
	new->path = arena_strdup(&b->p->arena, g->path);
	new->name = strrchr(new->path, '/') ? strrchr(new->path, '/') + 1 : new->path;
	new->at = (struct place){ file, g->at.line };
	map_put(&b->group_of_path, new->path, (unsigned)b->n_groups);
	return (unsigned)b->n_groups++;
}

static struct setting *setting_find(const struct group *g, enum key key)
{
	for (unsigned i = 0; i < g->n_settings; i++)
		if (g->settings[i].key == key)
			return &g->settings[i];
	return NULL;
}

/* There is room for 1, 2, 4, 8 …: most groups set few keys, and thousands of groups are remembered for good. */
static struct setting *setting_new(struct group *g, struct arena *arena)
{
	unsigned n = g->n_settings;

	if (!(n & (n - 1))) {
		struct setting *more = arena_alloc(arena, (n ? 2 * n : 1) * sizeof(*more));

		if (n)
			memcpy(more, g->settings, n * sizeof(*more));
		g->settings = more;
	}
	return &g->settings[g->n_settings++];
}

static void setting_place(struct builder *b, const char *file, unsigned group, const struct draft_setting *s)
{
	struct setting *to = setting_find(&b->groups[group], s->key);
	struct place over = to ? to->at : (struct place){ 0 };

	if (!to)
		to = setting_new(&b->groups[group], &b->p->arena);
	*to = s->set;
	to->key = s->key;
	to->text = arena_strdup(&b->p->arena, s->set.text);
	to->at = (struct place){ file, s->set.at.line };
	to->over = over;
	if (to->max.list)
		to->max.list = arena_strdup(&b->p->arena, to->max.list);
}

/* text: the rule's own copy, which is that of its term where it has but one. */
static struct term *terms_copy(struct arena *arena, const struct rule *r, const char *text)
{
	struct term *terms = arena_alloc(arena, r->n_terms * sizeof(*terms));

	for (size_t i = 0; i < r->n_terms; i++) {
		const struct term *from = &r->terms[i];

		terms[i] = *from;
		terms[i].text = strcmp(from->text, text) == 0 ? text : arena_strdup(arena, from->text);
		terms[i].values = arena_alloc(arena, from->n_values * sizeof(*from->values));
		for (size_t j = 0; j < from->n_values; j++) {
			terms[i].values[j] = from->values[j];
			terms[i].values[j].text = arena_strdup(arena, from->values[j].text);
		}
	}
	return terms;
}

/* A match of the same group and label stands where the later line stands. */
static void rule_place(struct builder *b, const char *file, unsigned group, const struct rule *r)
{
	struct arena *arena = &b->p->arena;
	const char *path = b->groups[group].path;
	const char *name = arena_printf(&b->names, "%s %s", path, r->label);
	unsigned earlier = map_get(&b->rule_of_label, name);
	struct rule *new;

	if (earlier != MAP_NONE)
		b->rules[earlier].group = GROUP_NONE;
	b->n_live += earlier == MAP_NONE;
	array_grow(b->rules, b->n_rules, b->cap_rules);
	new = &b->rules[b->n_rules];
	*new = (struct rule){ .group = group, .n_terms = r->n_terms };
	new->label = *r->label ? arena_strdup(arena, r->label) : "";
	new->text = arena_strdup(arena, r->text);
	new->at = (struct place){ file, r->at.line };
	new->terms = terms_copy(arena, r, new->text);
	new->key = text_hash(text_hash(0, path, strlen(path) + 1), new->text, strlen(new->text));
	map_put(&b->rule_of_label, name, (unsigned)b->n_rules++);
}

static void draft_place(struct builder *b, const struct draft *d, const char *file)
{
	unsigned *group = must_alloc(d->n_groups * sizeof(*group));

	for (size_t i = 0; i < d->n_groups; i++)
		group[i] = group_place(b, file, &d->groups[i]);
	for (size_t i = 0; i < d->n_settings; i++)
		setting_place(b, file, group[d->settings[i].group], &d->settings[i]);
	for (size_t i = 0; i < d->n_rules; i++)
		rule_place(b, file, group[d->rules[i].group], &d->rules[i]);
	b->p->hash = text_hash(b->p->hash, (const char *)&d->hash, sizeof(d->hash));
	free(group);
}

static int index_compare(const void *pa, const void *pb, void *ctx)
{
	const struct group *groups = ctx;

	return path_compare(groups[*(const unsigned *)pa].path, groups[*(const unsigned *)pb].path);
}

static void groups_sort(struct builder *b)
{
	unsigned *order = must_alloc(b->n_groups * sizeof(*order));

	for (unsigned i = 0; i < b->n_groups; i++)
		order[i] = i;
	qsort_r(order, b->n_groups, sizeof(*order), index_compare, b->groups);
	b->p->groups = arena_alloc(&b->p->arena, b->n_groups * sizeof(*b->groups));
	b->p->n_groups = b->n_groups;
	b->moved_to = must_alloc(b->n_groups * sizeof(*b->moved_to));
	for (unsigned i = 0; i < b->n_groups; i++) {
		b->p->groups[i] = b->groups[order[i]];
		b->moved_to[order[i]] = i;
	}
	free(order);
}

/* GROUP_NONE too while the parent is missing, which policy_check() tells. */
static unsigned parent_of(const struct builder *b, const struct group *g)
{
	char path[GROUP_PATH_MAX_BYTES + 1];
	size_t len = (size_t)(g->name - g->path);
	unsigned i;

	if (!len)
		return GROUP_NONE;
	memcpy(path, g->path, len - 1);
	path[len - 1] = '\0';
	i = map_get(&b->group_of_path, path);
	return i == MAP_NONE ? GROUP_NONE : b->moved_to[i];
}

static bool setting_is(const struct setting *s, bool otherwise)
{
	return s->at.file ? s->max.n != 0 : otherwise;
}

static void groups_link(struct builder *b)
{
	struct policy *p = b->p;

	for (size_t i = 0; i < p->n_groups; i++) {
		struct group *g = &p->groups[i];

		g->parent = parent_of(b, g);
		g->follow = setting_is(group_setting(g, KEY_CHILDREN), true);
		g->enforce = setting_is(group_setting(g, KEY_ENFORCE), true);
		g->strict = setting_is(group_setting(g, KEY_STRICT), false);
		group_namespaces_take(g, &p->arena);
		if (g->parent == GROUP_NONE)
			continue;
		p->groups[g->parent].n_children++;
		g->enforce &= p->groups[g->parent].enforce;
	}
}

static void rules_take(struct builder *b)
{
	struct policy *p = b->p;

	p->rules = arena_alloc(&p->arena, b->n_live * sizeof(*p->rules));
	for (size_t i = 0; i < b->n_rules; i++) {
		struct rule *r = &p->rules[p->n_rules];

		if (b->rules[i].group == GROUP_NONE)
			continue;
		*r = b->rules[i];
		r->group = b->moved_to[r->group];
		p->groups[r->group].n_rules++;
		p->n_rules++;
	}
}

static void builder_begin(struct builder *b)
{
	b->cap_groups = b->cap_rules = BUILDER_LEAST;
	b->groups = must_alloc(b->cap_groups * sizeof(*b->groups));
	b->rules = must_alloc(b->cap_rules * sizeof(*b->rules));
}

static void builder_done(struct builder *b)
{
	free(b->groups);
	free(b->rules);
	free(b->moved_to);
	map_done(&b->group_of_path);
	map_done(&b->rule_of_label);
	arena_done(&b->names);
}

struct policy *policy_build(struct draft *const *drafts, size_t n, struct faults *faults)
{
	struct policy *p = must_alloc(sizeof(*p));
	struct builder b = { .p = p, .faults = faults };

	builder_begin(&b);
	p->files = arena_alloc(&p->arena, n * sizeof(*p->files));
	for (size_t i = 0; i < n; i++) {
		const struct draft *d = drafts[i];

		if (d->is_faulty || !groups_fit(&b, d) || !rules_fit(&b, d))
			continue;
		p->files[p->n_files] = arena_strdup(&p->arena, d->path);
		draft_place(&b, d, p->files[p->n_files++]);
	}
	groups_sort(&b);
	groups_link(&b);
	rules_take(&b);
	policy_refs_make(p);
	builder_done(&b);
	return p;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	arena_done(&p->arena);
	free(p);
}

const struct setting *group_setting(const struct group *g, enum key key)
{
	static const struct setting unset;
	const struct setting *s = setting_find(g, key);

	return s ? s : &unset;
}

void group_setting_forget(struct group *g, enum key key)
{
	struct setting *s = setting_find(g, key);

	if (s)
		*s = g->settings[--g->n_settings];
}

unsigned policy_group(const struct policy *p, const char *path)
{
	size_t first = 0, end = p->n_groups;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int c = path_compare(path, p->groups[middle].path);

		if (!c)
			return (unsigned)middle;
		if (c < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return GROUP_NONE;
}
