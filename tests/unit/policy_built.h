/* Policies for tests, made of rows like {"web", "name:apache2 !user:root"} without any file. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/policy.h>

#include "glob.h"

struct row {
	const char *group;
	const char *match; /* NULL: a group without a rule */
	bool children_match; /* children = match */
};

#define BUILT_MAX 32

/* Everything is in the arena. */
static inline unsigned built_ref(struct policy *p, const char ***list, size_t *n, const char *text)
{
	for (unsigned i = 0; i < *n; i++)
		if (!strcmp((*list)[i], text))
			return i;
	if (!*list)
		*list = arena_alloc(&p->arena, BUILT_MAX * sizeof(**list));
	assert_true(*n < BUILT_MAX);
	(*list)[*n] = text;
	return (unsigned)(*n)++;
}

static inline void built_value(struct policy *p, struct term *t, const char *text)
{
	struct pattern *v = &t->values[t->n_values++];

	v->text = text;
	v->is_glob = glob_has_signs(text);
	if (t->kind == MATCH_EXE) {
		v->ref = built_ref(p, &p->exes, &p->n_exes, text);
		p->exe_globs[v->ref] = v->is_glob;
	}
	if (t->kind == MATCH_USER)
		v->ref = built_ref(p, &p->users, &p->n_users, text);
	if (t->kind == MATCH_GROUP)
		v->ref = built_ref(p, &p->user_groups, &p->n_user_groups, text);
}

static inline void built_term(struct policy *p, struct term *t, char *text)
{
	char *save = NULL, *kind = text;

	t->text = arena_strdup(&p->arena, text);
	t->negated = *kind == '!';
	kind += t->negated;
	t->kind = MATCH__COUNT;
	for (int k = 0; k < MATCH__COUNT; k++)
		if (!strncmp(kind, match_rows[k].name, strlen(match_rows[k].name)) &&
		    kind[strlen(match_rows[k].name)] == ':')
			t->kind = (enum match_kind)k;
	assert_true(t->kind != MATCH__COUNT);
	t->values = arena_alloc(&p->arena, BUILT_MAX * sizeof(*t->values));
	for (char *v = strtok_r(strchr(kind, ':') + 1, ",", &save); v; v = strtok_r(NULL, ",", &save))
		built_value(p, t, v);
}

static inline void built_rule(struct policy *p, unsigned group, const char *match)
{
	struct rule *r = &p->rules[p->n_rules++];
	char *save = NULL, *text = arena_strdup(&p->arena, match);

	r->group = group;
	r->label = "";
	r->text = match;
	r->at = (struct place){"test.conf", (unsigned)p->n_rules};
	r->terms = arena_alloc(&p->arena, BUILT_MAX * sizeof(*r->terms));
	for (char *t = strtok_r(text, " ", &save); t; t = strtok_r(NULL, " ", &save))
		built_term(p, &r->terms[r->n_terms++], t);
	p->groups[group].n_rules++;
}

/* Groups in the order in which they are first named. Freed with built_free(). */
static inline struct policy *built_new(const struct row *rows, size_t n)
{
	struct policy *p = must_alloc(sizeof(*p));

	p->groups = arena_alloc(&p->arena, (n + 1) * sizeof(*p->groups));
	p->rules = arena_alloc(&p->arena, (n + 1) * sizeof(*p->rules));
	p->exe_globs = arena_alloc(&p->arena, BUILT_MAX * sizeof(*p->exe_globs));
	for (size_t i = 0; i < n; i++) {
		unsigned g = 0;

		while (g < p->n_groups && strcmp(p->groups[g].path, rows[i].group) != 0)
			g++;
		if (g == p->n_groups)
			p->groups[p->n_groups++] = (struct group){
				.path = rows[i].group,
				.name = rows[i].group,
				.parent = GROUP_NONE,
				.follow = !rows[i].children_match,
				.enforce = true,
			};
		if (rows[i].match)
			built_rule(p, g, rows[i].match);
	}
	return p;
}

static inline void built_free(struct policy *p)
{
	arena_done(&p->arena);
	free(p);
}
