/* An index and a process become the rules that may fit. */
#include "rule_walk.h"

#include <string.h>

#include <cgq/auto.h>

#include "value_key.h"

/* Which kinds a fact is read for. comm, of FACT_STAT, is at hand. */
static const uint32_t fact_kinds[FACT__COUNT] = {
	[FACT_IDS] = 1U << MATCH_USER | 1U << MATCH_GROUP,
	[FACT_FILE] = 1U << MATCH_EXE,
	[FACT_EXE] = 1U << MATCH_NAME,
	[FACT_ARGS] = 1U << MATCH_NAME | 1U << MATCH_ARGS,
	[FACT_CGROUP] = 1U << MATCH_UNIT | 1U << MATCH_CGROUP,
	[FACT_TAG] = 1U << MATCH_TAG,
	[FACT_PARENT] = 1U << MATCH_PARENT,
};

static void list_open(struct rule_walk *w, struct rule_list l)
{
	if (l.at < l.end)
		w->open[w->n_open++] = l;
}

static struct rule_list list_of(const struct filed *f)
{
	return (struct rule_list){f->list, f->list + f->n};
}

static void bucket_open(struct rule_walk *w, enum match_kind kind, uint32_t key)
{
	struct rule_list l = bucket_table_find(&w->ix->buckets, key);

	if (l.at == l.end || w->all_open >> kind & 1)
		return;
	if (w->n_open >= WALK_OPEN_MAX) {
		w->all_open |= 1U << kind;
		l = list_of(&w->ix->filed[kind]);
	}
	list_open(w, l);
}

static void text_open(struct rule_walk *w, enum match_kind kind, const char *text)
{
	const struct filed_forms *forms = &w->ix->forms[kind];
	uint64_t key = key_begin(kind);
	size_t n = 0;

	if (!text)
		return;
	while (text[n] && (forms->whole || forms->piece || (n < INDEX_BEGINNING_MAX && forms->beginnings >> n))) {
		key = key_byte(key, text[n++]);
		if (n <= INDEX_BEGINNING_MAX && forms->beginnings >> n & 1)
			bucket_open(w, kind, key_end(key, KEY_BEGINNING));
		if (n >= INDEX_PIECE_BYTES && forms->piece)
			bucket_open(w, kind, key_of_text(kind, text + n - INDEX_PIECE_BYTES, INDEX_PIECE_BYTES, KEY_PIECE));
	}
	if (forms->whole)
		bucket_open(w, kind, key_end(key, KEY_WHOLE));
}

static void texts_open(struct rule_walk *w, enum match_kind kind, char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_open(w, kind, texts[i]);
}

static void fact_open(struct rule_walk *w, enum fact what)
{
	const struct proc_facts *f = w->look->facts;

	switch (what) {
	case FACT_STAT:
		text_open(w, MATCH_NAME, f->comm);
		break;
	case FACT_IDS:
		bucket_open(w, MATCH_USER, key_of_numbers(MATCH_USER, f->uid, 0));
		bucket_open(w, MATCH_GROUP, key_of_numbers(MATCH_GROUP, f->gid, 0));
		break;
	case FACT_FILE:
		bucket_open(w, MATCH_EXE, key_of_numbers(MATCH_EXE, f->exe_dev, f->exe_ino));
		break;
	case FACT_EXE:
		text_open(w, MATCH_NAME, f->exe_name);
		break;
	case FACT_ARGS:
		text_open(w, MATCH_NAME, f->argv0_name);
		text_open(w, MATCH_NAME, f->script_name);
		text_open(w, MATCH_ARGS, f->args);
		break;
	case FACT_CGROUP:
		text_open(w, MATCH_UNIT, f->unit);
		text_open(w, MATCH_CGROUP, f->manager_cgroup);
		texts_open(w, MATCH_CGROUP, f->cgroups, ARRAY_SIZE(f->cgroups));
		break;
	case FACT_TAG:
		text_open(w, MATCH_TAG, f->tag);
		break;
	case FACT_PARENT:
		texts_open(w, MATCH_PARENT, f->parent_names, ARRAY_SIZE(f->parent_names));
		break;
	case FACT_NAMESPACE:
	case FACT__COUNT:
		break;
	}
}

void rule_walk_begin(struct rule_walk *w, const struct rule_index *ix, const struct policy *p, const struct look *l)
{
	w->ix = ix;
	w->policy = p;
	w->look = l;
	w->unread = 0;
	w->patience = WALK_PATIENCE;
	w->next = 0;
	w->n_open = 0;
	w->all_open = 0;
	for (int kind = 0; kind < MATCH__COUNT; kind++)
		w->filed[kind] = list_of(&ix->filed[kind]);
	for (int what = 0; what < FACT__COUNT; what++)
		for (int kind = 0; kind < MATCH__COUNT; kind++)
			if (fact_kinds[what] >> kind & 1 && ix->filed[kind].n)
				w->unread |= FACT_BIT(what);
	list_open(w, list_of(&ix->loose));
	fact_open(w, FACT_STAT);
}

static unsigned open_first(struct rule_walk *w)
{
	unsigned first = RULE_NONE;

	for (unsigned i = 0; i < w->n_open; i++) {
		unsigned rule = rule_list_first(&w->open[i], w->next);

		first = rule < first ? rule : first;
	}
	return first;
}

/* The first rule that may fit by a fact that is not read yet. */
struct asking {
	unsigned rule;
	enum match_kind kind; /* under which it is filed */
	enum fact what;
};

static struct asking asking_first(struct rule_walk *w)
{
	struct asking first = {.rule = RULE_NONE};

	for (uint32_t facts = w->unread; facts; facts &= facts - 1) {
		enum fact what = (enum fact)__builtin_ctz(facts);

		for (uint32_t kinds = fact_kinds[what]; kinds; kinds &= kinds - 1) {
			enum match_kind kind = (enum match_kind)__builtin_ctz(kinds);
			unsigned rule = rule_list_first(&w->filed[kind], w->next);

			if (rule < first.rule)
				first = (struct asking){rule, kind, what};
		}
	}
	return first;
}

/* Reads the fact, unless the rule that asks for it is out by what is cheaper. */
static void asking_answer(struct rule_walk *w, const struct asking *a)
{
	if (w->patience && !rule_fits_below(w->look, &w->policy->rules[a->rule], kind_cost(a->kind))) {
		w->patience--;
		w->next = a->rule + 1;
		return;
	}
	w->unread &= ~FACT_BIT(a->what);
	if (look_know(w->look, a->what))
		fact_open(w, a->what);
}

unsigned rule_walk_next(struct rule_walk *w)
{
	for (;;) {
		unsigned rule = open_first(w);
		struct asking a = asking_first(w);

		if (a.rule < rule) {
			asking_answer(w, &a);
			continue;
		}
		if (rule != RULE_NONE)
			w->next = rule + 1;
		return rule;
	}
}
