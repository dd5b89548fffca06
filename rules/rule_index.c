/* A policy becomes an index of its rules. */
#include "rule_index.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "term_fits.h"
#include "value_key.h"

/* So many rules under one value are tried one by one, rather than that something dearer is read. */
#define CROWD 8

/* A glob of the executable may name whole folders. */
#define TERM_KEYS_MAX 1000

/* What one term is filed under. */
struct term_keys {
	struct term_key {
		uint32_t key;
		enum key_form form;
		unsigned len; /* of a beginning */
	} *list;
	size_t n, cap;
};

/* What is being made, and what it is made with. */
struct making {
	const struct policy *p;
	const struct resolved *r;
	struct rule_index *ix;
	struct bucket_table all; /* every rule under all that it might be filed under: how crowded each value is */
	struct bucket_pairs pairs;
	struct term_keys keys;
};

static void key_add(struct term_keys *keys, uint32_t key, enum key_form form, size_t len)
{
	array_grow(keys->list, keys->n, keys->cap);
	keys->list[keys->n++] = (struct term_key){key, form, (unsigned)len};
}

static size_t crowd_of_key(const struct making *m, const struct term_key *key)
{
	return m->all.slots ? rule_list_count(bucket_table_find(&m->all, key->key)) : 0;
}

/* The bytes up to the next glob sign, without escapes; moves *glob behind them. */
static size_t plain_run(const char **glob, char *ret)
{
	size_t n = 0;

	for (; **glob && !strchr("*?[", **glob); ++*glob) {
		if (**glob == '\\' && (*glob)[1])
			++*glob;
		ret[n++] = **glob;
	}
	return n;
}

/* What stands between brackets is none of the text; nor is what follows a '[', since it may be one without its ']'. */
static void glob_keys(struct term_keys *keys, enum match_kind kind, const char *glob)
{
	auto_free char *run = must_alloc(strlen(glob));
	size_t n = plain_run(&glob, run);
	size_t beginning = n < INDEX_BEGINNING_MAX ? n : INDEX_BEGINNING_MAX;

	if (beginning > 0)
		key_add(keys, key_of_text(kind, run, beginning, KEY_BEGINNING), KEY_BEGINNING, beginning);
	for (;; n = plain_run(&glob, run)) {
		for (size_t i = 0; i + INDEX_PIECE_BYTES <= n; i++)
			key_add(keys, key_of_text(kind, run + i, INDEX_PIECE_BYTES, KEY_PIECE), KEY_PIECE, 0);
		if (!*glob || *glob == '[')
			return;
		glob++;
	}
}

/* Each of a glob's keys is enough. Once it is known how crowded they are, the best one stays. */
static bool glob_key(struct making *m, enum match_kind kind, const char *glob)
{
	struct term_keys *keys = &m->keys;
	size_t first = keys->n;

	glob_keys(keys, kind, glob);
	if (keys->n == first)
		return false;
	if (!m->all.slots)
		return true;
	for (size_t i = first + 1; i < keys->n; i++)
		if (crowd_of_key(m, &keys->list[i]) < crowd_of_key(m, &keys->list[first]))
			keys->list[first] = keys->list[i];
	keys->n = first + 1;
	return true;
}

static bool text_key(struct making *m, enum match_kind kind, const struct pattern *v)
{
	if (v->is_glob)
		return glob_key(m, kind, v->text);
	key_add(&m->keys, key_of_text(kind, v->text, strlen(v->text), KEY_WHOLE), KEY_WHOLE, 0);
	return true;
}

/* What does not exist is nobody's: no key. */
static bool id_key(struct term_keys *keys, enum match_kind kind, const struct resolved_id *id)
{
	if (id->known)
		key_add(keys, key_of_numbers(kind, id->id, 0), KEY_WHOLE, 0);
	return true;
}

static bool exe_keys(struct term_keys *keys, const struct resolved_exe *exe)
{
	for (size_t i = 0; i < exe->n && keys->n < TERM_KEYS_MAX; i++)
		key_add(keys, key_of_numbers(MATCH_EXE, exe->ids[i].dev, exe->ids[i].ino), KEY_WHOLE, 0);
	return keys->n < TERM_KEYS_MAX;
}

static bool value_keys(struct making *m, enum match_kind kind, const struct pattern *v)
{
	switch (kind) {
	case MATCH_EXE:
		return exe_keys(&m->keys, &m->r->exes[v->ref]);
	case MATCH_USER:
		return id_key(&m->keys, kind, &m->r->users[v->ref]);
	case MATCH_GROUP:
		return id_key(&m->keys, kind, &m->r->user_groups[v->ref]);
	default:
		return text_key(m, kind, v);
	}
}

/* False: the term can be no anchor. */
static bool term_keys_take(struct making *m, const struct term *t)
{
	m->keys.n = 0;
	for (size_t i = 0; i < t->n_values; i++)
		if (!value_keys(m, t->kind, &t->values[i]))
			return false;
	return !t->negated;
}

static void crowds_count(struct making *m)
{
	for (unsigned i = 0; i < m->p->n_rules; i++) {
		const struct rule *rule = &m->p->rules[i];

		for (size_t k = 0; k < rule->n_terms; k++) {
			if (!term_keys_take(m, &rule->terms[k]))
				continue;
			for (size_t j = 0; j < m->keys.n; j++)
				bucket_pair_add(&m->pairs, m->keys.list[j].key, i);
		}
	}
	bucket_table_make(&m->all, &m->pairs);
}

static size_t crowd_of(const struct making *m)
{
	size_t most = 0;

	for (size_t i = 0; i < m->keys.n; i++) {
		size_t n = crowd_of_key(m, &m->keys.list[i]);

		most = n > most ? n : most;
	}
	return most;
}

/* Less is better: no crowd first, then what is cheap to read. */
static uint64_t anchor_burden(const struct making *m, enum match_kind kind)
{
	uint64_t crowd = crowd_of(m);

	return (crowd > CROWD ? crowd << 32 : 0) | (uint64_t)kind_cost(kind) << 24 | (crowd < 1U << 24 ? crowd : 0);
}

/* NULL: it has none. False: some term of the rule fits no process at all. */
static bool anchor_choose(struct making *m, const struct rule *rule, const struct term **ret)
{
	uint64_t least = UINT64_MAX;

	*ret = NULL;
	for (size_t k = 0; k < rule->n_terms; k++) {
		const struct term *t = &rule->terms[k];
		uint64_t burden;

		if (!term_keys_take(m, t))
			continue;
		if (m->keys.n == 0)
			return false;
		burden = anchor_burden(m, t->kind);
		if (burden >= least)
			continue;
		least = burden;
		*ret = t;
	}
	return rule->n_terms > 0;
}

static void filed_add(struct filed *f, unsigned rule)
{
	array_grow(f->list, f->n, f->cap);
	f->list[f->n++] = rule;
}

static void form_note(struct filed_forms *forms, const struct term_key *key)
{
	forms->whole |= key->form == KEY_WHOLE;
	forms->piece |= key->form == KEY_PIECE;
	if (key->form == KEY_BEGINNING)
		forms->beginnings |= 1ULL << key->len;
}

static void rule_file(struct making *m, unsigned rule)
{
	const struct term *anchor;

	if (!anchor_choose(m, &m->p->rules[rule], &anchor))
		return;
	if (!anchor) {
		filed_add(&m->ix->loose, rule);
		return;
	}
	filed_add(&m->ix->filed[anchor->kind], rule);
	term_keys_take(m, anchor);
	for (size_t i = 0; i < m->keys.n; i++) {
		bucket_pair_add(&m->pairs, m->keys.list[i].key, rule);
		form_note(&m->ix->forms[anchor->kind], &m->keys.list[i]);
	}
}

struct rule_index *rule_index_new(const struct policy *p, const struct resolved *r)
{
	struct making m = {.p = p, .r = r, .ix = must_alloc(sizeof(*m.ix))};

	crowds_count(&m);
	for (unsigned i = 0; i < p->n_rules; i++)
		rule_file(&m, i);
	bucket_table_make(&m.ix->buckets, &m.pairs);
	bucket_table_done(&m.all);
	free(m.keys.list);
	return m.ix;
}

void rule_index_free(struct rule_index *ix)
{
	if (!ix)
		return;
	for (int kind = 0; kind < MATCH__COUNT; kind++)
		free(ix->filed[kind].list);
	free(ix->loose.list);
	bucket_table_done(&ix->buckets);
	free(ix);
}
