/* What a policy names that somebody has to look up on the machine. */
#include "policy_refs.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "map.h"

/* The distinct values of one kind. */
struct refs {
	const char **list;
	size_t n, cap;
	struct map map;
};

/* A glob and a path of the same bytes are two things: "G/usr/b*" and "=/usr/b*". */
static unsigned ref_of(struct refs *refs, struct arena *arena, const char *text, bool is_glob)
{
	const char *name = arena_printf(arena, "%c%s", is_glob ? 'G' : '=', text);
	unsigned ref = map_get(&refs->map, name);

	if (ref != MAP_NONE)
		return ref;
	array_grow(refs->list, refs->n, refs->cap);
	refs->list[refs->n] = name;
	map_put(&refs->map, name, (unsigned)refs->n);
	return (unsigned)refs->n++;
}

static struct refs *refs_of(struct refs *all, enum match_kind kind)
{
	switch (kind) {
	case MATCH_EXE:
		return &all[0];
	case MATCH_USER:
		return &all[1];
	case MATCH_GROUP:
		return &all[2];
	default:
		return NULL;
	}
}

static void term_refs(struct policy *p, struct refs *all, struct term *t)
{
	struct refs *refs = refs_of(all, t->kind);

	p->kinds |= 1U << t->kind;
	for (size_t i = 0; refs && i < t->n_values; i++)
		t->values[i].ref = ref_of(refs, &p->arena, t->values[i].text, t->values[i].is_glob);
}

static void run_users_refs(struct policy *p, struct refs *all, struct group *g)
{
	const char *list = group_setting(g, KEY_RUN_USERS)->max.list;
	auto_free char *names = must_strdup(list ? list : "");
	char *rest = names, *name;

	g->run_users = arena_alloc(&p->arena, (strlen(names) / 2 + 1) * sizeof(g->run_users[0]));
	while (list && (name = strsep(&rest, ","))) {
		bool is_group = *name == '@';
		struct refs *refs = refs_of(all, is_group ? MATCH_GROUP : MATCH_USER);

		g->run_users[g->n_run_users++] = (struct run_user){ is_group, ref_of(refs, &p->arena, name + is_group, false) };
	}
}

/* Moves the list into the arena, the mark before each name taken off. */
static const char **refs_take(struct arena *arena, struct refs *refs, size_t *ret_n)
{
	const char **list = arena_alloc(arena, refs->n * sizeof(*list));

	for (size_t i = 0; i < refs->n; i++)
		list[i] = refs->list[i] + 1;
	*ret_n = refs->n;
	free(refs->list);
	map_done(&refs->map);
	return list;
}

void policy_refs_make(struct policy *p)
{
	struct refs all[3] = { 0 };

	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t j = 0; j < p->rules[i].n_terms; j++)
			term_refs(p, all, &p->rules[i].terms[j]);
	for (size_t i = 0; i < p->n_groups; i++)
		run_users_refs(p, all, &p->groups[i]);
	p->exe_globs = arena_alloc(&p->arena, all[0].n * sizeof(*p->exe_globs));
	for (size_t i = 0; i < all[0].n; i++)
		p->exe_globs[i] = all[0].list[i][0] == 'G';
	p->exes = refs_take(&p->arena, &all[0], &p->n_exes);
	p->users = refs_take(&p->arena, &all[1], &p->n_users);
	p->user_groups = refs_take(&p->arena, &all[2], &p->n_user_groups);
}
