/* What units were before cgqd: as a list by name. */
#include "unit_store.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "group_name.h"
#include "plan_make.h"

static void knob_kept_done(struct knob_kept *k)
{
	kept_file_done(&k->file);
	value_done(&k->before);
}

static void kept_free(struct unit_kept *u)
{
	for (size_t i = 0; i < u->n; i++)
		knob_kept_done(&u->list[i]);
	free(u->list);
	free(u->name);
	free(u->group);
	free(u);
}

void unit_store_done(struct unit_store *s)
{
	for (size_t i = 0; i < s->n; i++)
		kept_free(s->list[i]);
	free(s->list);
	*s = (struct unit_store){0};
}

/* Where it is, or belongs. */
static size_t place_of(const struct unit_store *s, const char *unit, bool *ret_found)
{
	size_t low = 0, high = s->n;

	*ret_found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(s->list[middle]->name, unit);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct unit_kept *unit_store_find(const struct unit_store *s, const char *unit)
{
	bool found;
	size_t at = place_of(s, unit, &found);

	return found ? s->list[at] : NULL;
}

const struct knob_kept *unit_kept_find(const struct unit_kept *u, enum knob k)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->list[i].knob == property_knob(k))
			return &u->list[i];
	return NULL;
}

void unit_store_before(const struct unit_store *s, const char *unit, enum knob k, struct arena *arena, struct value *ret)
{
	const struct unit_kept *u = unit_store_find(s, unit);
	const struct knob_kept *kept = u ? unit_kept_find(u, k) : NULL;

	*ret = (struct value){0};
	if (!kept)
		return;
	if (kept->before.kind == VALUE_UNKNOWN && property_rows[kept->knob].form == PROPERTY_WEIGHT)
		property_value(k, UINT64_MAX, ret);
	else if (kept->before.kind == VALUE_UNKNOWN)
		value_default(k, 2, ret);
	else if (kept->knob != k)
		property_value(k, property_number(kept->knob, &kept->before), ret);
	else
		*ret = kept->before;
	value_keep(arena, ret);
	if (k == KNOB_CPU_WEIGHT && ret->number == 0)
		property_value(k, UINT64_MAX, ret);
}

static struct unit_kept *unit_insert(struct unit_store *s, size_t at, const char *unit, struct unit_folders_stand folders)
{
	struct unit_kept *u = must_alloc(sizeof(*u));

	u->name = must_strdup(unit);
	u->group = must_strdup("");
	u->folders = folders;
	u->folders.root = folders.root && !(s->n && !s->list[0]->folders.root); /* before any of them */
	array_grow(s->list, s->n, s->cap);
	memmove(&s->list[at + 1], &s->list[at], (s->n - at) * sizeof(s->list[0]));
	s->list[at] = u;
	s->n++;
	s->changed = true;
	return u;
}

struct unit_kept *unit_store_put(struct unit_store *s, const char *unit, const char *group, struct unit_folders_stand folders)
{
	struct unit_kept *u;
	char why[256];
	bool found;
	size_t at = place_of(s, unit, &found);

	if (!unit_name_ok(unit) || (*group && group_name_check(group, why, sizeof(why)) < 0) ||
	    (!found && s->n == UNIT_STORE_UNITS_MAX))
		return NULL;
	u = found ? s->list[at] : unit_insert(s, at, unit, folders);
	if (strcmp(u->group, group) != 0) {
		free(u->group);
		u->group = must_strdup(group);
		s->changed = true;
	}
	return u;
}

void unit_kept_put(struct unit_store *s, struct unit_kept *u, enum knob k, const struct value *before, struct kept_file *file)
{
	size_t at = 0;

	k = property_knob(k);
	while (at < u->n && u->list[at].knob < k)
		at++;
	if (at < u->n && u->list[at].knob == k) {
		kept_file_done(file);
		return;
	}
	array_grow(u->list, u->n, u->cap);
	memmove(&u->list[at + 1], &u->list[at], (u->n - at) * sizeof(u->list[0]));
	u->list[at] = (struct knob_kept){.knob = k, .before = value_dup(before), .file = *file};
	*file = (struct kept_file){0};
	u->n++;
	s->changed = true;
}

static void knob_drop(struct unit_kept *u, enum knob k)
{
	size_t at = 0;

	while (at < u->n && u->list[at].knob != property_knob(k))
		at++;
	if (at == u->n)
		return;
	knob_kept_done(&u->list[at]);
	u->n--;
	memmove(&u->list[at], &u->list[at + 1], (u->n - at) * sizeof(u->list[0]));
}

void unit_store_drop(struct unit_store *s, const char *unit, enum knob k)
{
	bool found;
	size_t at = place_of(s, unit, &found);

	if (!found)
		return;
	s->changed = true;
	knob_drop(s->list[at], k);
	if (s->list[at]->n > 0)
		return;
	kept_free(s->list[at]);
	s->n--;
	memmove(&s->list[at], &s->list[at + 1], (s->n - at) * sizeof(s->list[0]));
}
