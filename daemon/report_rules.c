/* Rules of a policy by their key. */
#include <stdlib.h>

#include <cgq/memory.h>

#include "report_rules.h"

static int compare_key(const void *a, const void *b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;

	return (x->key > y->key) - (x->key < y->key);
}

void rule_index_init(struct rule_index *x, const struct policy *p)
{
	x->n = p->n_rules;
	x->list = must_alloc((x->n + 1) * sizeof(const struct rule *));
	for (size_t i = 0; i < x->n; i++)
		x->list[i] = &p->rules[i];
	if (x->n)
		qsort(x->list, x->n, sizeof(const struct rule *), compare_key);
}

void rule_index_done(struct rule_index *x)
{
	free(x->list);
	x->list = NULL;
	x->n = 0;
}

const struct rule *rule_index_find(const struct rule_index *x, uint64_t key)
{
	const struct rule wanted = { .key = key }, *p = &wanted;
	const struct rule **found = x->n && key ? bsearch(&p, x->list, x->n, sizeof(p), compare_key) : NULL;

	return found ? *found : NULL;
}
