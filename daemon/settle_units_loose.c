/* Members that are in no unit that can be limited, of a login session say, are put into a scope of their group. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "settle_units.h"
#include "text.h"

/* "cgq-web-php.scope" for web/php; what is a separator in a unit's name is written as systemd-escape(1) does. */
static char *scope_name(const struct daemon *d, const char *group)
{
	auto_free char *escaped = must_alloc(strlen(group) * 4 + 1);
	char *to = escaped;

	for (const char *p = group; *p; p++) {
		if (*p == '-')
			to = stpcpy(to, "\\x2d");
		else
			*to++ = *p == '/' ? '-' : *p;
	}
	return must_printf("%s-%s.scope", d->machine.tree, escaped);
}

struct gathering {
	struct daemon *d;
	unsigned group;
	const struct book_loose **list;
	size_t n, cap;
};

static bool may_gather(const struct daemon *d, const struct book_loose *one)
{
	const struct policy *p = d->choice.policy;

	return !d->passive && one->group < p->n_groups && p->groups[one->group].enforce;
}

/* Law 5: the one that was judged, as far as a number can say; systemd takes numbers. */
static void collect(struct gathering *g, const struct unit_book *book)
{
	for (size_t i = 0; i < book->n_loose; i++) {
		const struct book_loose *one = &book->loose[i];

		if (one->group != g->group || !placer_is_there(&g->d->placer, one->pid, one->start_ticks))
			continue;
		array_grow(g->list, g->n, g->cap);
		g->list[g->n++] = one;
	}
}

static int scope_fill(struct gathering *g, const char *name, struct err *e)
{
	struct daemon *d = g->d;
	auto_free pid_t *pids = must_alloc(g->n * sizeof(*pids));
	auto_free char *what = must_printf("Processes of the group %s, limited by cgqd", d->choice.policy->groups[g->group].path);
	struct unit_scope scope = {
		.name = name, .slice = UNIT_OWN_SLICE, .description = what, .pids = pids, .n_pids = g->n, .delegate = true};
	int r;

	for (size_t i = 0; i < g->n; i++)
		pids[i] = g->list[i]->pid;
	r = units_scope_start(d->in_place.bus, &scope, e);
	return r == -EEXIST ? units_scope_attach(d->in_place.bus, name, pids, g->n, e) : r;
}

static void tell_moves(struct gathering *g, const char *name, const char *why)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct book_loose *one = g->list[i];

		settle_say(g->d, LOG_LEVEL_DETAIL,
			   &(struct happening){.kind = HAPPENING_MOVE,
					       .group = g->d->choice.policy->groups[g->group].path,
					       .pid = one->pid,
					       .start_ticks = one->start_ticks,
					       .name = one->comm,
					       .now = name,
					       .text = why},
			   "pid %d (%s): moved to %s", (int)one->pid, TEXT_ESCAPED(one->comm), name);
	}
}

/* systemd takes none of them when one has ended meanwhile: then those that are left, as long as they become fewer. */
static int collect_and_fill(struct gathering *g, const struct unit_book *book, const char *name, struct err *e)
{
	size_t n = SIZE_MAX;
	int r = -ESRCH;

	while (r < 0 && !units_lost(r)) {
		g->n = 0;
		collect(g, book);
		if (g->n == 0 || g->n >= n)
			return g->n ? r : 0;
		n = g->n;
		r = scope_fill(g, name, e);
	}
	return r;
}

static size_t group_gather(struct daemon *d, const struct unit_book *book, unsigned group)
{
	struct gathering g = {.d = d, .group = group};
	auto_free char *name = scope_name(d, d->choice.policy->groups[group].path);
	auto_free char *text = NULL;
	struct err e = {0};
	size_t n;
	int r;

	r = collect_and_fill(&g, book, name, &e);
	n = g.n;
	if (r < 0) {
		text = must_printf("%zu processes could not be put into %s: %s; they stay where they are", n, name, e.text);
		settle_trouble(d, TROUBLE_APPLY, group, text);
		n = 0;
	} else if (n) {
		tell_moves(&g, name, "it was in no unit that could be limited");
	}
	free(g.list);
	return n;
}

size_t settle_units_gather(struct daemon *d, const struct unit_book *book)
{
	auto_free bool *has = must_alloc(d->choice.policy->n_groups + 1);
	size_t n = 0;

	for (size_t i = 0; i < book->n_loose; i++)
		if (may_gather(d, &book->loose[i]))
			has[book->loose[i].group] = true;
	for (unsigned g = 0; g < d->choice.policy->n_groups; g++)
		if (has[g])
			n += group_gather(d, book, g);
	return n;
}

int settle_units_into_scope(struct daemon *d, const struct book_loose *one, struct err *e)
{
	struct gathering g = {.d = d, .group = one->group, .list = &one, .n = 1};
	auto_free char *name = scope_name(d, d->choice.policy->groups[one->group].path);
	int r = d->in_place.bus ? scope_fill(&g, name, e) : fail(e, ENOTCONN, "systemd cannot be asked just now");

	if (r == 0)
		tell_moves(&g, name, "it was started into the group");
	return r;
}
