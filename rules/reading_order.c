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

static bool is_any(const struct amount *a)
{
	return true;
}

static struct reserve *gather(const struct policy *p, enum key key, bool (*takes)(const struct amount *),
                              size_t *ret_n)
{
	struct reserve *list = must_alloc(p->n_groups * sizeof(*list));
	size_t n = 0;

	for (unsigned i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];
		const struct setting *s = group_setting(g, key);
		const struct amount *a = reserve_amount(key, s);

		if (!s->at.file || !takes(a) || (g->parent == GROUP_NONE && g->name != g->path))
			continue;
		list[n++] = (struct reserve){i, g->parent, a, s, file_index(p, s->at.file)};
	}
	qsort(list, n, sizeof(*list), reserve_compare);
	*ret_n = n;
	return list;
}

struct reserve *reserves_in_order(const struct policy *p, enum key key, size_t *ret_n)
{
	return gather(p, key, is_reserve, ret_n);
}

struct reserve *settings_in_order(const struct policy *p, enum key key, size_t *ret_n)
{
	return gather(p, key, is_any, ret_n);
}

bool setting_is_after(const struct policy *p, const struct setting *a, const struct setting *b)
{
	struct reserve first = {.setting = a, .file = file_index(p, a->at.file)};
	struct reserve second = {.setting = b, .file = file_index(p, b->at.file)};

	return reserve_compare(&first, &second) > 0;
}
