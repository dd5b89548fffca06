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
		unsigned form; /* the bit in forms */
	} *list;
	size_t n, cap;
};

static void key_add(struct term_keys *keys, uint32_t key, unsigned form)
{
	array_grow(keys->list, keys->n, keys->cap);
	keys->list[keys->n++] = (struct term_key){key, form};
}

/* Every text that fits the glob begins with so many bytes of ret, INDEX_PREFIX_MAX at most. */
static unsigned glob_beginning(const char *glob, char *ret)
{
	unsigned n = 0;

	for (; n < INDEX_PREFIX_MAX && *glob && !strchr("*?[", *glob); glob++) {
		if (*glob == '\\' && glob[1])
			glob++;
		ret[n++] = *glob;
	}
	return n;
}

static bool text_key(struct term_keys *keys, enum match_kind kind, const struct pattern *v)
{
	char beginning[INDEX_PREFIX_MAX];
	unsigned n;

	if (!v->is_glob) {
		key_add(keys, key_of_text(kind, v->text, strlen(v->text), true), 0);
		return true;
	}
	n = glob_beginning(v->text, beginning);
	if (n > 0)
		key_add(keys, key_of_text(kind, beginning, n, false), n);
	return n > 0;
}

/* What does not exist is nobody's: no key. */
static bool id_key(struct term_keys *keys, enum match_kind kind, const struct resolved_id *id)
{
	if (id->known)
		key_add(keys, key_of_numbers(kind, id->id, 0), 0);
	return true;
}

static bool exe_keys(struct term_keys *keys, const struct resolved_exe *exe)
{
	for (size_t i = 0; i < exe->n && keys->n < TERM_KEYS_MAX; i++)
		key_add(keys, key_of_numbers(MATCH_EXE, exe->ids[i].dev, exe->ids[i].ino), 0);
	return keys->n < TERM_KEYS_MAX;
}

static bool value_keys(struct term_keys *keys, enum match_kind kind, const struct pattern *v, const struct resolved *r)
{
	switch (kind) {
	case MATCH_EXE:
		return exe_keys(keys, &r->exes[v->ref]);
	case MATCH_USER:
		return id_key(keys, kind, &r->users[v->ref]);
	case MATCH_GROUP:
		return id_key(keys, kind, &r->user_groups[v->ref]);
	default:
		return text_key(keys, kind, v);
	}
}

/* False: the term can be no anchor. */
static bool term_keys_take(struct term_keys *keys, const struct term *t, const struct resolved *r)
{
	keys->n = 0;
	for (size_t i = 0; i < t->n_values; i++)
		if (!value_keys(keys, t->kind, &t->values[i], r))
			return false;
	return true;
}

/* What is being made, and what it is made with. */
struct making {
	const struct policy *p;
	const struct resolved *r;
	struct rule_index *ix;
	struct bucket_table all; /* every rule under every term that may be its anchor: how crowded each value is */
	struct bucket_pairs pairs;
	struct term_keys keys;
};

static void crowds_count(struct making *m)
{
	for (unsigned i = 0; i < m->p->n_rules; i++) {
		const struct rule *rule = &m->p->rules[i];

		for (size_t k = 0; k < rule->n_terms; k++) {
			if (rule->terms[k].negated || !term_keys_take(&m->keys, &rule->terms[k], m->r))
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
		size_t n = rule_list_count(bucket_table_find(&m->all, m->keys.list[i].key));

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

		if (t->negated || !term_keys_take(&m->keys, t, m->r))
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
	term_keys_take(&m->keys, anchor, m->r);
	for (size_t i = 0; i < m->keys.n; i++) {
		bucket_pair_add(&m->pairs, m->keys.list[i].key, rule);
		m->ix->forms[anchor->kind] |= 1ULL << m->keys.list[i].form;
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
