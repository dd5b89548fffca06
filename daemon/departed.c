/* Members that have ended: the last few hundred. */
#include "departed.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

/*
 * Of each sort: what a rule or a person placed, and the descendants that follow. A shell script ends ten descendants
 * a second, and would soon push out the server that somebody asks for.
 */
#define DEPARTED_MOST 256

struct ring {
	struct departed_one list[DEPARTED_MOST];
	size_t n; /* added so far; the latest lies at (n - 1) % DEPARTED_MOST */
};

struct departed {
	struct ring placed, followers;
};

struct departed *departed_new(void)
{
	return must_alloc(sizeof(struct departed));
}

static void one_done(struct departed_one *one)
{
	free(one->group);
	free(one->file);
	free(one->text);
	*one = (struct departed_one){0};
}

void departed_free(struct departed *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < DEPARTED_MOST; i++) {
		one_done(&d->placed.list[i]);
		one_done(&d->followers.list[i]);
	}
	free(d);
}

void departed_add(struct departed *d, const struct member *one, uint64_t ended_ns)
{
	struct ring *r = one->kind == VERDICT_FOLLOWS ? &d->followers : &d->placed;
	struct departed_one *to = &r->list[r->n++ % DEPARTED_MOST];

	one_done(to);
	to->m = *one;
	to->ended_ns = ended_ns;
}

void departed_paths_keep(struct departed *d, struct members *members)
{
	for (size_t i = 0; i < DEPARTED_MOST; i++) {
		member_paths_keep(&d->placed.list[i].m, members);
		member_paths_keep(&d->followers.list[i].m, members);
	}
}

static const struct rule *rule_of(const struct policy *p, uint64_t key)
{
	for (size_t i = 0; key && i < p->n_rules; i++)
		if (p->rules[i].key == key)
			return &p->rules[i];
	return NULL;
}

static void one_keep(struct departed_one *one, const struct policy *p)
{
	const struct rule *rule;

	if (!one->m.pid || one->group || one->m.group >= p->n_groups)
		return;
	one->group = must_strdup(p->groups[one->m.group].path);
	rule = rule_of(p, one->m.rule_key);
	if (!rule)
		return;
	one->file = must_strdup(rule->at.file);
	one->line = rule->at.line;
	one->text = must_strdup(rule->text);
}

void departed_policy(struct departed *d, const struct policy *p)
{
	for (size_t i = 0; i < DEPARTED_MOST; i++) {
		one_keep(&d->placed.list[i], p);
		one_keep(&d->followers.list[i], p);
	}
}

/* From the latest back. */
static const struct departed_one *ring_find(const struct ring *r, pid_t pid)
{
	for (size_t back = 1; back <= r->n && back <= DEPARTED_MOST; back++) {
		const struct departed_one *one = &r->list[(r->n - back) % DEPARTED_MOST];

		if (one->m.pid == pid)
			return one;
	}
	return NULL;
}

const struct departed_one *departed_find(const struct departed *d, pid_t pid)
{
	const struct departed_one *placed = ring_find(&d->placed, pid), *follower = ring_find(&d->followers, pid);

	if (!placed || !follower)
		return placed ? placed : follower;
	return placed->ended_ns > follower->ended_ns ? placed : follower;
}
