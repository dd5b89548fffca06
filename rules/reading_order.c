/* Settings in the order in which they were read. */
#include "reading_order.h"

#include <stdlib.h>
#include <string.h>

const struct amount *reserve_amount(enum key key, const struct setting *s)
{
	return key == KEY_CPU ? &s->min : &s->max;
}

static unsigned file_index(const struct policy *p, const char *file)
{
	unsigned i = 0;

	while (i < p->n_files && p->files[i] != file)
		i++;
	return i;
}

static bool is_reserve(const struct amount *a)
{
	return a->kind == AMOUNT_PERCENT || a->kind == AMOUNT_CORES || a->kind == AMOUNT_BYTES;
}

static int reserve_compare(const void *pa, const void *pb)
{
	const struct reserve *a = pa, *b = pb;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->setting->at.line != b->setting->at.line)
		return a->setting->at.line < b->setting->at.line ? -1 : 1;
	return 0;
}

struct reserve *reserves_in_order(const struct policy *p, enum key key, size_t *ret_n)
{
	struct reserve *list = must_alloc(p->n_groups * sizeof(*list));
	size_t n = 0;

	for (unsigned i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		const struct setting *s = &g->settings[key];
		const struct amount *a = reserve_amount(key, s);

		if (!s->at.file || !is_reserve(a) || (g->parent == GROUP_NONE && g->name != g->path))
			continue;
		list[n++] = (struct reserve){ i, g->parent, a, s, file_index(p, s->at.file) };
	}
	qsort(list, n, sizeof(*list), reserve_compare);
	*ret_n = n;
	return list;
}
