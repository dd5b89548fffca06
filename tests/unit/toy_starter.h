/* A starter and a machine, as far as keepers go: whatever is asked for can fail, and cgqd can die before any of its calls. */
#pragma once

#include "policy_help.h"
#undef fail

#include <errno.h>

#include "keeping.h"

/* A machine with processes, names and links, and the starter's answers that are still to come. */
struct toy_process {
	bool lives, told_to_go, is_keeper;
	bool inherits;
	bool held; /* its hand waits to hear that it may live on */
	unsigned users; /* programs in its namespaces */
	uint32_t kinds;
	char name[KEEPER_NAME_BYTES], link[KEEPER_LINK_BYTES], group[64];
};

enum toy_order { TOY_KEEP, TOY_NET, TOY_FORGET };

struct toy_answer {
	enum toy_order what;
	int error;
	pid_t pid;
	struct net_result net;
	void *answer, *ctx;
};

struct toy {
	struct toy_process list[64]; /* by pid */
	pid_t n;
	char names[8][KEEPER_NAME_BYTES], links[8][KEEPER_LINK_BYTES];
	struct toy_answer answers[32];
	size_t n_answers;
	struct keepers saved;
	bool ends_at_once;
	struct keeping *k;
	uint64_t now_ns;
	unsigned told, agains, nets;
	int refuses;		/* every keep, with this */
	int refuses_net;
	bool disk_full;
	unsigned dies_in;	/* before so many more calls are made; 0: never */
	bool dead;		/* cgqd: nothing that it calls has any effect any more */
	struct net last_net;
};

static inline bool is_dead(struct toy *t)
{
	t->dead |= t->dies_in && --t->dies_in == 0;
	return t->dead;
}

static inline char *slot(char *list, size_t size, const char *text)
{
	for (unsigned i = 0; i < 8; i++)
		if (!strcmp(list + i * size, text))
			return list + i * size;
	return NULL;
}

static inline void slot_put(char *list, size_t size, const char *text)
{
	if (*text && !slot(list, size, text))
		strcpy(slot(list, size, ""), text);
}

static inline void slot_drop(char *list, size_t size, const char *text)
{
	char *at = *text ? slot(list, size, text) : NULL;

	if (at)
		*at = '\0';
}

static inline void answer_add(struct toy *t, struct toy_answer a)
{
	assert_true(t->n_answers < 32);
	t->answers[t->n_answers++] = a;
}

static inline int toy_keep(void *ctx, const struct starter_keep *q, starter_kept *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;
	struct toy_answer a = { .what = TOY_KEEP, .answer = (void *)answer, .ctx = answer_ctx };

	if (is_dead(t))
		return -EPIPE;
	if (t->refuses)
		a.error = t->refuses;
	else if (q->network && !slot(t->names[0], KEEPER_NAME_BYTES, q->name))
		a.error = -ENOENT;
	else if (!q->network && *q->name && slot(t->names[0], KEEPER_NAME_BYTES, q->name))
		a.error = -EEXIST; /* somebody else's, as far as the starter can know */
	if (!a.error) {
		struct toy_process *p = &t->list[a.pid = ++t->n];

		*p = (struct toy_process){ .lives = true, .is_keeper = true, .held = true, .inherits = q->network, .kinds = q->kinds };
		snprintf(p->group, sizeof(p->group), "%s", q->group);
		snprintf(p->name, sizeof(p->name), "%s", q->name);
		slot_put(t->names[0], KEEPER_NAME_BYTES, q->name);
		p->users = q->network ? t->list[q->network / 100].users : 0; /* see toy_identify() */
	}
	answer_add(t, a);
	return 0;
}

static inline int toy_net(void *ctx, const struct starter_net *q, starter_netted *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPIPE;
	t->nets++;
	t->last_net = *q->net;
	t->last_net.interface = NULL;
	if (!t->refuses_net) {
		strcpy(t->list[q->keeper.pid].link, q->link);
		slot_put(t->links[0], KEEPER_LINK_BYTES, q->link);
	}
	answer_add(t, (struct toy_answer){ TOY_NET, t->refuses_net, 0, { .out_bytes = q->net->out_bytes }, (void *)answer,
					   answer_ctx });
	return 0;
}

static inline int toy_forget(void *ctx, const char *name, const char *link, starter_done *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPIPE;
	slot_drop(t->names[0], KEEPER_NAME_BYTES, name);
	slot_drop(t->links[0], KEEPER_LINK_BYTES, link);
	answer_add(t, (struct toy_answer){ .what = TOY_FORGET, .answer = (void *)answer, .ctx = answer_ctx });
	return 0;
}

static inline int toy_identify(void *ctx, struct keeper *k)
{
	struct toy *t = ctx;

	if (is_dead(t) || !t->list[k->pid].lives)
		return -ESRCH;
	if (t->ends_at_once) {
		t->list[k->pid].lives = t->ends_at_once = false;
		return -ESRCH;
	}
	k->start_ticks = (uint64_t)k->pid * 10;
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		k->inodes[kind] = (uint64_t)k->pid * 100 + kind;
	return 0;
}

static inline bool toy_lives(void *ctx, const struct keeper *k)
{
	return ((struct toy *)ctx)->list[k->pid].lives;
}

static inline void toy_name_users(void *ctx, const struct keeper *k, char *ret, size_t size)
{
	const struct toy *t = ctx;

	if (t->list[k->pid].users)
		snprintf(ret, size, "%u of pid %d", t->list[k->pid].users, (int)k->pid);
}

static inline bool toy_uses(void *ctx, const struct keeper *k)
{
	return ((struct toy *)ctx)->list[k->pid].users;
}

static inline pid_t toy_find(void *ctx, const struct keeper *k)
{
	struct toy *t = ctx;

	for (pid_t pid = 1; pid <= t->n; pid++)
		if (t->list[pid].lives && t->list[pid].is_keeper && !strcmp(t->list[pid].name, k->name))
			return pid;
	return 0;
}

static inline uint32_t toy_kinds(void *ctx, const struct keeper *k)
{
	return ((struct toy *)ctx)->list[k->pid].kinds;
}

static inline int toy_let_go(void *ctx, const struct keeper *k, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t))
		return -EPERM;
	t->list[k->pid].told_to_go = true;
	return 0;
}

static inline void toy_tell(void *ctx, const struct keeper *k, const char *text)
{
	((struct toy *)ctx)->told++;
}

static inline void toy_again(void *ctx)
{
	((struct toy *)ctx)->agains++;
}

static inline int toy_save(void *ctx, struct keepers *k)
{
	struct toy *t = ctx;

	if (is_dead(t) || t->disk_full)
		return -ENOSPC;
	free(t->saved.list);
	t->saved = *k;
	t->saved.list = must_alloc((k->n + 1) * sizeof(*k->list));
	memcpy(t->saved.list, k->list, k->n * sizeof(*k->list));
	t->saved.cap = k->n + 1;
	k->changed = false;
	return 0;
}

/* Its hand undoes it. */
static inline void toy_undo(struct toy *t, pid_t pid)
{
	t->list[pid].lives = t->list[pid].held = false;
	if (!t->list[pid].inherits)
		slot_drop(t->names[0], KEEPER_NAME_BYTES, t->list[pid].name);
}

static inline void starter_ends(struct toy *t)
{
	for (pid_t pid = 1; pid <= t->n; pid++)
		if (t->list[pid].held)
			toy_undo(t, pid);
}

static inline int toy_go(void *ctx, pid_t pid, bool go, struct err *e)
{
	struct toy *t = ctx;

	if (is_dead(t) || !t->list[pid].held)
		return -EPIPE;
	t->list[pid].held = false;
	if (!go)
		toy_undo(t, pid);
	return 0;
}

static inline uint64_t toy_now(void *ctx)
{
	return ((struct toy *)ctx)->now_ns;
}

static inline void toy_begin(struct toy *t)
{
	const struct keeping_by by = { toy_keep, toy_net,  toy_forget, toy_identify, toy_lives, toy_uses, toy_name_users, toy_find,
				       toy_kinds, toy_let_go, toy_tell, toy_again, toy_again, toy_save, toy_go, toy_now,	  t };
	struct keepers *book;

	t->now_ns += 1000000000;
	t->dead = false;
	t->dies_in = 0;
	t->k = keeping_new(&by, "cgq");
	book = keeping_book(t->k);
	book->list = must_alloc((t->saved.n + 1) * sizeof(*book->list));
	for (size_t i = 0; i < t->saved.n; i++)
		book->list[i] = t->saved.list[i];
	book->n = t->saved.n;
	book->cap = t->saved.n + 1;
	keeping_take_over(t->k);
}

static inline void toy_end(struct toy *t)
{
	starter_ends(t);
	keeping_free(t->k);
	t->k = NULL;
	t->n_answers = 0;
}

/* cgqd is killed, and started anew. */
static inline void toy_restart(struct toy *t)
{
	toy_end(t);
	toy_begin(t);
}

static inline void toy_done(struct toy *t)
{
	toy_end(t);
	free(t->saved.list);
}

/* Keepers that nobody needs end; answers come. */
static inline void toy_pass(struct toy *t, int lost)
{
	for (pid_t pid = 1; pid <= t->n; pid++)
		t->list[pid].lives &= !t->list[pid].told_to_go || t->list[pid].users;
	if (lost)
		starter_ends(t);
	while (t->n_answers && !t->dead) {
		struct toy_answer a = t->answers[0];
		struct err e = { .text = "no" };

		memmove(t->answers, t->answers + 1, --t->n_answers * sizeof(a));
		a.error = lost ? lost : a.error;
		if (a.what == TOY_KEEP)
			((starter_kept *)a.answer)(a.ctx, a.error, a.pid, &e);
		else if (a.what == TOY_NET)
			((starter_netted *)a.answer)(a.ctx, a.error, a.error ? NULL : &a.net, &e);
		else
			((starter_done *)a.answer)(a.ctx, a.error, &e);
	}
}

static inline void toy_settle(struct toy *t, const struct policy *p, bool passive)
{
	for (unsigned i = 0; i < 6 && !t->dead; i++) {
		keeping_follow(t->k, p, passive, false);
		toy_pass(t, 0);
	}
}

static inline unsigned count(const char *list, size_t size)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 8; i++)
		n += list[i * size] != '\0';
	return n;
}

static inline unsigned keepers_living(const struct toy *t)
{
	unsigned n = 0;

	for (pid_t pid = 1; pid <= t->n; pid++)
		n += t->list[pid].lives;
	return n;
}

#define assert_stands(t, living, named)                                                                              \
	do {                                                                                                         \
		assert_int_equal(keepers_living(t), living);                                                         \
		assert_int_equal(count((t)->names[0], KEEPER_NAME_BYTES), named);                                    \
		assert_int_equal(count((t)->links[0], KEEPER_LINK_BYTES), named);                                    \
	} while (0)
