/* Keepers of namespaces as a test wants them; nobody is asked for anything. */
#pragma once

#include "world.h"

#include <errno.h>

#include "keeping.h"

/* A keeper is whatever process the test says. */
struct toy {
	pid_t pid;
	uint64_t own_net; /* the inode that it says it keeps */
	starter_kept *kept;
	starter_netted *netted;
	void *kept_ctx, *netted_ctx;
};

static inline int toy_keep(void *ctx, const struct starter_keep *q, starter_kept *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	t->kept = answer;
	t->kept_ctx = answer_ctx;
	return 0;
}

static inline int toy_net(void *ctx, const struct starter_net *q, starter_netted *answer, void *answer_ctx, struct err *e)
{
	struct toy *t = ctx;

	t->netted = answer;
	t->netted_ctx = answer_ctx;
	return 0;
}

static inline int toy_identify(void *ctx, struct keeper *k)
{
	k->start_ticks = 5;
	k->inodes[NAMESPACE_NET] = ((struct toy *)ctx)->own_net;
	return 0;
}

static inline bool toy_lives(void *ctx, const struct keeper *k)
{
	return true;
}

static inline int toy_let_go(void *ctx, const struct keeper *k, struct err *e)
{
	return 0;
}

static inline int toy_go(void *ctx, pid_t keeper, bool go, struct err *e)
{
	return 0;
}

static inline void toy_name_users(void *ctx, const struct keeper *k, char *ret, size_t size)
{
	snprintf(ret, size, "pid 812 (apache2)");
}

static inline int toy_save(void *ctx, struct keepers *k)
{
	return 0;
}

static inline uint64_t toy_now(void *ctx)
{
	return 1;
}

static inline void toy_tell(void *ctx, const struct keeper *k, const char *text)
{
}

static inline void toy_nothing(void *ctx)
{
}

static inline struct keeping *toy_keeping(struct toy *t)
{
	const struct keeping_by by = { .keep = toy_keep, .net = toy_net, .identify = toy_identify, .lives = toy_lives,
				       .let_go = toy_let_go, .go = toy_go, .save = toy_save, .tell = toy_tell, .again = toy_nothing, .stands = toy_nothing,
				       .name_users = toy_name_users, .now_ns = toy_now, .ctx = t };

	return keeping_new(&by, "cgq");
}
