/* Which process events any rule could act on. */
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "event_wants.h"

struct making {
	const struct resolved *resolved;
	struct event_wants *w;
	size_t cap_names, cap_exes, cap_users, cap_user_groups;
};

static bool has_glob(const struct term *t)
{
	for (size_t i = 0; i < t->n_values; i++)
		if (t->values[i].is_glob)
			return true;
	return false;
}

/* The rule fits nobody who has none of the term's values. Globs of executables are resolved to files. */
static bool can_anchor(const struct term *t, enum match_kind kind)
{
	return t->kind == kind && !t->negated && (kind == MATCH_EXE || !has_glob(t));
}

/* By how few processes have such a value. NULL: no list can say whom the rule fits. */
static const struct term *anchor_of(const struct rule *rule)
{
	static const enum match_kind order[] = {MATCH_EXE, MATCH_NAME, MATCH_USER, MATCH_GROUP};

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < rule->n_terms; i++)
			if (can_anchor(&rule->terms[i], order[k]))
				return &rule->terms[i];
	return NULL;
}

static void add_exes(struct making *m, const struct resolved_exe *exe)
{
	struct event_wants *w = m->w;

	for (size_t i = 0; i < exe->n; i++) {
		array_grow(w->exes, w->n_exes, m->cap_exes);
		w->exes[w->n_exes++] = exe->ids[i];
	}
}

static void add_name(struct making *m, const char *text, uint32_t when)
{
	struct event_wants *w = m->w;

	array_grow(w->names, w->n_names, m->cap_names);
	w->names[w->n_names++] = (struct wanted_name){text, when};
}

static void add_user(struct making *m, const struct resolved_id *one, uint32_t when)
{
	struct event_wants *w = m->w;

	if (!one->known)
		return;
	array_grow(w->users, w->n_users, m->cap_users);
	w->users[w->n_users++] = (struct wanted_id){one->id, when};
}

static void add_user_group(struct making *m, const struct resolved_id *one, uint32_t when)
{
	struct event_wants *w = m->w;

	if (!one->known)
		return;
	array_grow(w->user_groups, w->n_user_groups, m->cap_user_groups);
	w->user_groups[w->n_user_groups++] = (struct wanted_id){one->id, when};
}

static void add_value(struct making *m, enum match_kind kind, const struct pattern *v, uint32_t when)
{
	switch (kind) {
	case MATCH_NAME:
		add_name(m, v->text, when);
		break;
	case MATCH_EXE:
		if (when & WANT_AT_EXEC) /* it changes by exec only */
			add_exes(m, &m->resolved->exes[v->ref]);
		break;
	case MATCH_USER:
		add_user(m, &m->resolved->users[v->ref], when);
		break;
	case MATCH_GROUP:
		add_user_group(m, &m->resolved->user_groups[v->ref], when);
		break;
	default:
		break;
	}
}

/* What a process may take on later, without an exec. */
static void note_change(struct making *m, const struct term *t)
{
	bool unlisted = t->negated || has_glob(t);

	if (t->kind == MATCH_PARENT)
		m->w->every_fork = true;
	else if (t->kind == MATCH_NAME && unlisted)
		m->w->every_change_of_name = true;
	else if ((t->kind == MATCH_USER || t->kind == MATCH_GROUP) && unlisted)
		m->w->every_change_of_ids = true;
}

static void add_rule(struct making *m, const struct rule *rule)
{
	const struct term *anchor = anchor_of(rule);

	if (rule->n_terms == 0)
		return; /* fits nobody */
	m->w->any = true;
	if (!anchor)
		m->w->every_exec = true;
	for (size_t i = 0; i < rule->n_terms; i++) {
		const struct term *t = &rule->terms[i];
		uint32_t when = t->negated ? 0U : t == anchor ? WANT_AT_EXEC | WANT_AT_CHANGE : WANT_AT_CHANGE;

		note_change(m, t);
		for (size_t k = 0; when && k < t->n_values; k++)
			if (t->kind == MATCH_EXE || !t->values[k].is_glob)
				add_value(m, t->kind, &t->values[k], when);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct wanted_name *)a)->text, ((const struct wanted_name *)b)->text);
}

static int by_file(const void *a, const void *b)
{
	const struct file_id *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return (x->dev > y->dev) - (x->dev < y->dev);
}

static int by_id(const void *a, const void *b)
{
	const struct wanted_id *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static void merge_names(struct event_wants *w)
{
	size_t n = 0;

	if (w->n_names)
		qsort(w->names, w->n_names, sizeof(w->names[0]), by_text);
	for (size_t i = 0; i < w->n_names; i++) {
		if (n && strcmp(w->names[n - 1].text, w->names[i].text) == 0)
			w->names[n - 1].when |= w->names[i].when;
		else
			w->names[n++] = w->names[i];
	}
	w->n_names = n;
}

static void merge_exes(struct event_wants *w)
{
	size_t n = 0;

	if (w->n_exes)
		qsort(w->exes, w->n_exes, sizeof(w->exes[0]), by_file);
	for (size_t i = 0; i < w->n_exes; i++)
		if (!n || by_file(&w->exes[n - 1], &w->exes[i]) != 0)
			w->exes[n++] = w->exes[i];
	w->n_exes = n;
}

static size_t merge_ids(struct wanted_id *list, size_t n_list)
{
	size_t n = 0;

	if (n_list)
		qsort(list, n_list, sizeof(list[0]), by_id);
	for (size_t i = 0; i < n_list; i++) {
		if (n && list[n - 1].id == list[i].id)
			list[n - 1].when |= list[i].when;
		else
			list[n++] = list[i];
	}
	return n;
}

void event_wants_make(const struct policy *p, const struct resolved *r, struct event_wants *ret)
{
	struct making m = {.resolved = r, .w = ret};

	*ret = (struct event_wants){0};
	for (size_t i = 0; i < p->n_rules; i++)
		add_rule(&m, &p->rules[i]);
	merge_names(ret);
	merge_exes(ret);
	ret->n_users = merge_ids(ret->users, ret->n_users);
	ret->n_user_groups = merge_ids(ret->user_groups, ret->n_user_groups);
}

void event_wants_done(struct event_wants *w)
{
	free(w->names);
	free(w->exes);
	free(w->users);
	free(w->user_groups);
	*w = (struct event_wants){0};
}
