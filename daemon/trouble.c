/* What could not be done, until it is done or no longer wanted. */
#include "trouble.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

/* More say nothing new to a person. */
#define TROUBLES_MAX 500

static void drop(struct troubles *t, size_t i)
{
	free(t->list[i].text);
	t->n--;
	t->list[i] = t->list[t->n];
	t->about[i] = t->about[t->n];
}

void troubles_done(struct troubles *t)
{
	while (t->n > 0)
		drop(t, t->n - 1);
	free(t->list);
	free(t->about);
	*t = (struct troubles){0};
}

void troubles_begin(struct troubles *t, enum trouble_source source)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->about[i].source == source)
			t->about[i].stale = true;
}

bool troubles_add(struct troubles *t, enum trouble_source source, unsigned group, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->about[i].source == source && t->list[i].group == group &&
		    strcmp(t->list[i].text, text) == 0) {
			t->about[i].stale = false;
			return false;
		}
	if (t->n == TROUBLES_MAX)
		return false;
	array_grow(t->list, t->n, t->cap);
	array_grow(t->about, t->n, t->cap_about);
	t->list[t->n] = (struct trouble){group, must_strdup(text)};
	t->about[t->n].source = source;
	t->about[t->n].stale = false;
	t->n++;
	return true;
}

void troubles_settle(struct troubles *t, enum trouble_source source)
{
	for (size_t i = t->n; i-- > 0;)
		if (t->about[i].source == source && t->about[i].stale)
			drop(t, i);
}

void troubles_remap(struct troubles *t, const unsigned *map, size_t n)
{
	for (size_t i = t->n; i-- > 0;) {
		if (t->list[i].group == GROUP_NONE)
			continue;
		if (t->list[i].group >= n || map[t->list[i].group] == GROUP_NONE)
			drop(t, i);
		else
			t->list[i].group = map[t->list[i].group];
	}
}
