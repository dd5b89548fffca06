/* A person's decisions about single processes: a list, ascending by pid. */
#include "pins.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "text.h"

struct pins {
	struct pin **list;
	size_t n, cap;
	bool changed;
};

struct pins *pins_new(void)
{
	return must_alloc(sizeof(struct pins));
}

void pins_free(struct pins *p)
{
	for (size_t i = 0; p && i < p->n; i++)
		free(p->list[i]);
	if (p)
		free(p->list);
	free(p);
}

size_t pins_count(const struct pins *p)
{
	return p ? p->n : 0;
}

/* Where pid stands, or would stand. */
static size_t place_of(const struct pins *p, pid_t pid)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->list[mid]->pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct pin *pins_find(const struct pins *p, pid_t pid)
{
	size_t i = p ? place_of(p, pid) : 0;

	return p && i < p->n && p->list[i]->pid == pid ? p->list[i] : NULL;
}

struct pin *pins_of(struct pins *p, pid_t pid, uint64_t start_ticks)
{
	struct pin *one = pins_find(p, pid);

	if (one && one->start_ticks == 0 && (one->born_ticks == 0 || start_ticks <= one->born_ticks)) {
		one->start_ticks = start_ticks;
		p->changed = true;
	}
	return one && one->start_ticks == start_ticks ? one : NULL;
}

void pins_put(struct pins *p, const struct pin *one)
{
	struct pin *there = pins_find(p, one->pid);
	size_t i = place_of(p, one->pid);

	p->changed = true;
	if (there) {
		*there = *one;
		return;
	}
	array_grow(p->list, p->n, p->cap);
	memmove(&p->list[i + 1], &p->list[i], (p->n - i) * sizeof(p->list[0]));
	p->list[i] = must_alloc(sizeof(*one));
	*p->list[i] = *one;
	p->n++;
}

static void drop_at(struct pins *p, size_t i)
{
	free(p->list[i]);
	memmove(&p->list[i], &p->list[i + 1], (p->n - i - 1) * sizeof(p->list[0]));
	p->n--;
	p->changed = true;
}

void pins_drop(struct pins *p, pid_t pid)
{
	if (pins_find(p, pid))
		drop_at(p, place_of(p, pid));
}

void pins_fork(struct pins *p, pid_t parent, pid_t child, uint64_t child_start_ticks)
{
	const struct pin *from = pins_find(p, parent);
	struct pin heir;

	if (!from || !from->children || !from->group[0]) {
		pins_drop(p, child);
		return;
	}
	heir = *from;
	heir.pid = child;
	heir.start_ticks = child_start_ticks;
	heir.born_ticks = 0;
	heir.inherited = true;
	pins_put(p, &heir);
}

bool pins_hold(const struct pins *p, uint64_t key)
{
	for (size_t i = 0; p && i < p->n; i++)
		if (p->list[i]->key == key && p->list[i]->group[0])
			return true;
	return false;
}

bool pins_release(struct pins *p, pid_t pid)
{
	struct pin *one = pins_find(p, pid);
	uint64_t key = one ? one->key : 0;

	if (!one || !one->group[0])
		return false;
	if (one->inherited) {
		one->group[0] = '\0';
		p->changed = true;
		return true;
	}
	for (size_t i = p->n; i--;)
		if (p->list[i]->key == key)
			drop_at(p, i);
	return true;
}

void pins_each(struct pins *p, void (*each)(void *ctx, struct pin *one), void *ctx)
{
	for (size_t i = 0; i < p->n;) {
		const struct pin *one = p->list[i];

		each(ctx, p->list[i]);
		i += i < p->n && p->list[i] == one;
	}
}

uint64_t pins_key(pid_t pid, uint64_t start_ticks, uint64_t at_usec)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "pin %d %" PRIu64 " %" PRIu64, (int)pid, start_ticks, at_usec);

	return text_hash(0, text, (size_t)n);
}

bool pins_changed(const struct pins *p)
{
	return p->changed;
}

void pins_saved(struct pins *p)
{
	p->changed = false;
}
