/* Files that were rolled back. */
#include "held.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

void held_done(struct held *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->list[i].name);
		free(h->list[i].path);
	}
	free(h->list);
	free(h->why);
	*h = (struct held){ 0 };
}

void held_put(struct held *h, const char *name, const char *path, bool gone, uint64_t hash)
{
	array_grow(h->list, h->n, h->cap);
	h->list[h->n++] = (struct held_file){ must_strdup(name), must_strdup(path), gone, hash };
}

/* The same bytes in another folder are another file. */
static uint64_t hash_of(const struct policy_file *f)
{
	return text_hash(text_hash(f->masked, f->path, strlen(f->path) + 1), f->text, f->len);
}

void held_make(const struct file_set *now, const struct file_set *point, const char *why, struct held *ret)
{
	*ret = (struct held){ .why = must_strdup(why) };
	for (size_t i = 0; i < now->n; i++) {
		const struct policy_file *f = &now->list[i], *old = file_set_find(point, f->name);

		if (f->text && (!old || !old->text || hash_of(old) != hash_of(f)))
			held_put(ret, f->name, f->path, false, hash_of(f));
	}
	for (size_t i = 0; i < point->n; i++)
		if (!file_set_find(now, point->list[i].name))
			held_put(ret, point->list[i].name, point->list[i].path, true, 0);
}

static bool is_still_so(const struct held_file *one, const struct policy_file *f)
{
	if (one->gone || !f)
		return one->gone && !f;
	return f->text && hash_of(f) == one->hash;
}

static void refuse(const struct held *h, const struct held_file *one, struct file_set *now, struct faults *faults)
{
	file_set_put(now, one->name, one->path, NULL, 0, false);
	fault_add(faults, SEVERITY_FAULT, (struct place){ one->path, 1 },
		  "%srolled back: %s; waits for a change of the file, or for cgq reload", one->gone ? "its removal was " : "",
		  h->why);
}

bool held_apply(struct held *h, struct file_set *now, struct faults *faults)
{
	size_t kept = 0, before = h->n;

	for (size_t i = 0; i < h->n; i++) {
		struct held_file one = h->list[i];

		if (!is_still_so(&one, file_set_find(now, one.name))) {
			free(one.name);
			free(one.path);
			continue;
		}
		refuse(h, &one, now, faults);
		h->list[kept++] = one;
	}
	h->n = kept;
	return kept < before;
}
