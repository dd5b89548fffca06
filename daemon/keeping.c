/* The namespaces of groups: what is wanted, who keeps them, and what is asked for so that the two agree. */
#include "keeping_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "text.h"

struct keeping *keeping_new(const struct keeping_by *by, const char *tree)
{
	struct keeping *n = must_alloc(sizeof(*n));

	n->by = *by;
	n->tree = must_strdup(tree);
	return n;
}

static void about_free(struct about *a)
{
	free(a->group);
	free(a->interface);
	free(a);
}

void keeping_free(struct keeping *n)
{
	if (!n)
		return;
	while (n->asked) {
		struct asked *next = n->asked->next;

		free(n->asked);
		n->asked = next;
	}
	for (size_t i = 0; i < n->n_about; i++)
		about_free(n->about[i]);
	free(n->about);
	keepers_done(&n->book);
	free(n->own.inodes);
	free(n->tree);
	free(n);
}

struct keepers *keeping_book(struct keeping *n)
{
	return &n->book;
}

/* After every change of the book. */
static void own_renew(struct keeping *n)
{
	n->own.n = 0;
	free(n->own.inodes);
	n->own.inodes = must_alloc((n->book.n + 1) * sizeof(*n->own.inodes));
	for (size_t i = 0; i < n->book.n; i++)
		if (n->book.list[i].kinds & NAMESPACE_BIT(NAMESPACE_PID) && n->book.list[i].pid)
			n->own.inodes[n->own.n++] = n->book.list[i].inodes[NAMESPACE_PID];
}

static int book_save(struct keeping *n)
{
	own_renew(n);
	return n->by.save(n->by.ctx, &n->book);
}

struct about *keeping_about_find(const struct keeping *n, const char *group)
{
	for (size_t i = 0; i < n->n_about; i++)
		if (!strcmp(n->about[i]->group, group))
			return n->about[i];
	return NULL;
}

struct about *keeping_about(struct keeping *n, const char *group)
{
	struct about *a = keeping_about_find(n, group);

	if (a)
		return a;
	a = must_alloc(sizeof(*a));
	a->group = must_strdup(group);
	array_grow(n->about, n->n_about, n->cap_about);
	n->about[n->n_about++] = a;
	return a;
}

static void net_forget_answers(struct about *a)
{
	a->net_asked = a->net_known = false;
	a->net_why_not[0] = '\0';
}

struct asked *keeping_asked_new(struct keeping *n, const struct keeper *k)
{
	struct asked *one = must_alloc(sizeof(*one));

	*one = (struct asked){ .n = n, .next = n->asked, .pid = k->pid };
	strcpy(one->group, k->group);
	strcpy(one->link, k->link);
	n->asked = one;
	return one;
}

void keeping_asked_free(struct asked *one)
{
	struct asked **at = &one->n->asked;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	free(one);
}

static size_t index_asked(const struct keeping *n, const char *group)
{
	size_t i = 0;

	while (i < n->book.n && (n->book.list[i].state != KEEPER_ASKED || strcmp(n->book.list[i].group, group)))
		i++;
	return i;
}

static void keeper_failed(struct keeping *n, size_t i, const char *why)
{
	struct about *a = keeping_about(n, n->book.list[i].group);

	snprintf(a->why_not, sizeof(a->why_not), "%s", why);
	a->failed_ns = n->by.now_ns(n->by.ctx);
	keepers_drop(&n->book, i);
}

/* It is there. Who ends while it is looked at is seen to be dead by the next look. */
static void keeper_take(struct keeping *n, size_t i, pid_t pid)
{
	struct keeper *k = &n->book.list[i];
	struct about *a = keeping_about(n, k->group);

	k->pid = pid;
	n->book.changed = true;
	if (n->by.identify(n->by.ctx, k) < 0) {
		k->start_ticks = KEEPER_START_OF_NOBODY; /* its name is still to be taken away */
		k->state = KEEPER_LEAVING;
		return;
	}
	k->state = KEEPER_THERE;
	k->lives = true;
	a->why_not[0] = '\0';
	a->failed_ns = 0;
	net_forget_answers(a);
}

/*
 * The starter died, or we did, between asking and hearing: it may have been made. Or its name is taken: perhaps by one of ours that
 * the book has lost. The name leads to it. What it keeps may be of an earlier policy.
 */
static void keeper_search(struct keeping *n, size_t i, const char *why)
{
	struct keeper *k = &n->book.list[i];
	pid_t pid = *k->name ? n->by.find(n->by.ctx, k) : 0;

	if (!pid) {
		keeper_failed(n, i, why);
		return;
	}
	keeper_take(n, i, pid);
	if (k->state == KEEPER_THERE)
		k->kinds = n->by.kinds(n->by.ctx, k);
}

/* It ends with the starter until it is known to whoever comes after us. */
static void keeper_made(struct keeping *n, size_t i, pid_t pid)
{
	bool saved = false;
	struct err e = { 0 };

	if (i < n->book.n) {
		keeper_take(n, i, pid);
		keeping_about(n, n->book.list[i].group)->net_is_new = true;
		saved = book_save(n) == 0;
		if (!saved)
			keeper_failed(n, i, "what was made could not be written down");
	}
	n->by.go(n->by.ctx, pid, saved, &e); /* one that this does not reach is seen to have ended */
}

static void on_kept(void *ctx, int error, pid_t pid, const struct err *e)
{
	struct asked *one = ctx;
	struct keeping *n = one->n;
	size_t i = index_asked(n, one->group);

	keeping_asked_free(one);
	if (!error)
		keeper_made(n, i, pid);
	else if (i == n->book.n)
		return;
	else if (error == -EPIPE || error == -EEXIST)
		keeper_search(n, i, e->text);
	else
		keeper_failed(n, i, e->text);
	book_save(n);
	n->by.again(n->by.ctx);
}

void keeping_take_over(struct keeping *n)
{
	for (size_t i = n->book.n; i-- > 0;) {
		struct keeper *k = &n->book.list[i];

		if (k->state == KEEPER_ASKED)
			keeper_search(n, i, "cgqd ended while it was made");
		else if (k->state == KEEPER_FORGETTING)
			k->state = KEEPER_LEAVING; /* asked for once more */
	}
	own_renew(n);
}

/* network: of one that is dead and whose network it takes over; 0: it gets a new one. */
static void keeper_ask(struct keeping *n, const struct policy *p, unsigned group, uint64_t network)
{
	const struct group *g = &p->groups[group];
	struct keeper *k = keepers_add(&n->book, g->path, group_kept_kinds(p, group, false), n->tree);
	struct starter_keep q = { .group = g->path, .hostname = g->name, .kinds = k->kinds, .network = network };
	struct err e = { 0 };
	struct asked *one;

	if (*k->link && !*k->name) {
		keeper_failed(n, n->book.n - 1, "net: its name in /run/netns would be too long");
		return;
	}
	q.name = k->name;
	/* Before it is made: a cgqd that dies meanwhile has left word of it. */
	if (n->by.save(n->by.ctx, &n->book) < 0) {
		keeper_failed(n, n->book.n - 1, "what is made could not be written down first");
		return;
	}
	one = keeping_asked_new(n, k);
	if (n->by.keep(n->by.ctx, &q, on_kept, one, &e) < 0) {
		keeping_asked_free(one);
		keeper_failed(n, n->book.n - 1, e.text);
	}
}

static void on_forgotten(void *ctx, int error, const struct err *e)
{
	struct asked *one = ctx;
	struct keeping *n = one->n;

	for (size_t i = 0; i < n->book.n; i++) {
		struct keeper *k = &n->book.list[i];

		if (k->state != KEEPER_FORGETTING || strcmp(k->link, one->link))
			continue;
		if (error == -EPIPE) { /* nobody knows whether it was done: doing it again does no harm */
			k->state = KEEPER_LEAVING;
			break;
		}
		if (error)
			n->by.tell(n->by.ctx, k, e->text);
		keepers_drop(&n->book, i);
		break;
	}
	keeping_asked_free(one);
	book_save(n);
	n->by.again(n->by.ctx);
}

/* False: nobody could be asked, and it stays in the book. */
static void keeper_forget(struct keeping *n, struct keeper *k)
{
	enum keeper_state was = k->state;
	struct asked *one = keeping_asked_new(n, k);
	struct err e = { 0 };

	k->state = KEEPER_FORGETTING;
	if (n->by.forget(n->by.ctx, k->name, k->link, on_forgotten, one, &e) == 0)
		return;
	keeping_asked_free(one);
	k->state = was;
}

static void keeper_let_go(struct keeping *n, struct keeper *k)
{
	struct err e = { 0 };

	if (n->by.let_go(n->by.ctx, k, &e) < 0) {
		snprintf(keeping_about(n, k->group)->why_not, KEEPING_WHY_BYTES, "%s", e.text);
		return;
	}
	k->state = KEEPER_LEAVING;
	k->let_go_ns = n->by.now_ns(n->by.ctx);
	n->book.changed = true;
	n->by.tell(n->by.ctx, k, "is let go; it ends once nobody is in its namespaces");
}

static void keeper_mourn(struct keeping *n, struct keeper *k)
{
	k->state = KEEPER_LEAVING;
	n->book.changed = true;
	n->by.tell(n->by.ctx, k, "was killed; whoever is in its network goes on there");
}

/* False: it is no longer in the book. */
static bool keeper_do(struct keeping *n, size_t i, enum keeper_deed deed)
{
	struct keeper *k = &n->book.list[i];

	if (deed == KEEPER_LET_GO)
		keeper_let_go(n, k);
	else if (deed == KEEPER_MOURN)
		keeper_mourn(n, k);
	else if (deed == KEEPER_FORGET)
		keeper_forget(n, k);
	else if (deed == KEEPER_DROP)
		keepers_drop(&n->book, i);
	return deed != KEEPER_DROP;
}

static void book_follow(struct keeping *n, const struct policy *p, bool passive)
{
	for (size_t i = 0; i < n->book.n;) {
		struct keeper *k = &n->book.list[i];

		k->lives = k->pid && n->by.lives(n->by.ctx, k);
		k->used = k->pid && !k->lives && *k->link && n->by.uses(n->by.ctx, k);
		i += keeper_do(n, i, keeper_decide(&n->book, k, p, passive));
	}
}

bool keeping_may_retry(const struct keeping *n, uint64_t failed_ns, bool again)
{
	return !failed_ns || again || n->by.now_ns(n->by.ctx) - failed_ns >= RETRY_NS;
}

static void group_wait(struct keeping *n, struct about *a)
{
	a->waits_for[0] = '\0';
	n->by.name_users(n->by.ctx, keepers_left(&n->book, a->group), a->waits_for, sizeof(a->waits_for));
	snprintf(a->why_not, sizeof(a->why_not), "waits for whoever is in the old network");
	a->failed_ns = 0;
}

static void group_follow(struct keeping *n, const struct policy *p, unsigned group, bool passive, bool again)
{
	enum group_need need = group_need(&n->book, p, group, passive);
	struct about *a = keeping_about_find(n, p->groups[group].path);
	bool may_ask = !a || keeping_may_retry(n, a->failed_ns, again);

	if (need == GROUP_WAITS) {
		group_wait(n, keeping_about(n, p->groups[group].path));
	} else if (need == GROUP_SOON && a && !a->failed_ns) {
		a->why_not[0] = '\0';
	} else if (need == GROUP_NEEDS_KEEPER && may_ask) {
		if (a && !a->failed_ns)
			a->why_not[0] = '\0'; /* those that it waited for have ended */
		keeper_ask(n, p, group, 0);
	} else if (need == GROUP_NEEDS_HEIR && may_ask) {
		keeper_ask(n, p, group, keepers_left(&n->book, p->groups[group].path)->inodes[NAMESPACE_NET]);
	}
}

static void about_trim(struct keeping *n, const struct policy *p, bool passive)
{
	for (size_t i = 0; i < n->n_about;) {
		struct about *a = n->about[i];

		if (group_kept_kinds(p, policy_group(p, a->group), passive) || a->net_waits) {
			i++;
			continue;
		}
		about_free(a);
		n->about[i] = n->about[--n->n_about];
	}
}

void keeping_follow(struct keeping *n, const struct policy *p, bool passive, bool again)
{
	if (!n->by.keep)
		return;
	about_trim(n, p, passive);
	book_follow(n, p, passive);
	for (unsigned g = 0; g < p->n_groups; g++)
		group_follow(n, p, g, passive, again);
	for (unsigned g = 0; g < p->n_groups; g++)
		keeping_net_follow(n, p, g, again);
	book_save(n);
}
