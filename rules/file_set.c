/* Policy files held in memory, by name. */
#include <stdlib.h>
#include <string.h>

#include "policy_files.h"

static void file_done(struct policy_file *f)
{
	free(f->name);
	free(f->path);
	free(f->text);
}

void file_set_done(struct file_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		file_done(&s->list[i]);
	free(s->list);
	*s = (struct file_set){ 0 };
}

/* Where name stands, or belongs. */
static size_t index_of(const struct file_set *s, const char *name, bool *ret_found)
{
	size_t first = 0, end = s->n;

	*ret_found = false;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int c = strcmp(name, s->list[middle].name);

		*ret_found |= !c;
		if (c <= 0)
			end = middle;
		else
			first = middle + 1;
	}
	return first;
}

struct policy_file *file_set_find(const struct file_set *s, const char *name)
{
	bool found;
	size_t i = index_of(s, name, &found);

	return found ? &s->list[i] : NULL;
}

void file_set_put(struct file_set *s, const char *name, const char *path, const char *text, size_t len, bool masked)
{
	struct policy_file new = { .len = text ? len : 0, .masked = masked };
	bool found;
	size_t i = index_of(s, name, &found);

	new.name = must_strdup(name);
	new.path = must_strdup(path);
	if (text) {
		new.text = must_alloc(len + 1);
		memcpy(new.text, text, len);
	}
	if (found) {
		file_done(&s->list[i]);
	} else {
		array_grow(s->list, s->n, s->cap);
		memmove(&s->list[i + 1], &s->list[i], (s->n++ - i) * sizeof(*s->list));
	}
	s->list[i] = new;
}

void file_set_drop(struct file_set *s, const char *name)
{
	bool found;
	size_t i = index_of(s, name, &found);

	if (!found)
		return;
	file_done(&s->list[i]);
	memmove(&s->list[i], &s->list[i + 1], (--s->n - i) * sizeof(*s->list));
}

bool file_sets_equal(const struct file_set *a, const struct file_set *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct policy_file *x = &a->list[i], *y = &b->list[i];

		if (strcmp(x->path, y->path) != 0 || x->len != y->len || !x->text != !y->text ||
		    x->masked != y->masked || (x->text && memcmp(x->text, y->text, x->len) != 0))
			return false;
	}
	return true;
}
