/*
 * The namespaces of groups: what the policy wants, who keeps them, and what is to be asked of the starter so that the two agree.
 * Knows no loop, no starter and no /proc: all that is done goes through functions, so that tests can let each of them fail.
 */
#pragma once

#include <cgq/err.h>
#include <cgq/verdict.h>

#include "keepers.h"
#include "starter.h"

struct keeping;

#define KEEPING_WHY_BYTES sizeof(((struct err *)0)->text)

/*
 * Answers come later, by the functions of starter.h, never from within the call. keep, net and forget NULL: nobody can be asked
 * (--once), and everything stays as it is.
 */
struct keeping_by {
	int (*keep)(void *ctx, const struct starter_keep *q, starter_kept *answer, void *answer_ctx, struct err *e);
	int (*net)(void *ctx, const struct starter_net *q, starter_netted *answer, void *answer_ctx, struct err *e);
	int (*forget)(void *ctx, const char *name, const char *link, starter_done *answer, void *answer_ctx, struct err *e);
	/* start_ticks and inodes of process k->pid. -ESRCH: it has ended. */
	int (*identify)(void *ctx, struct keeper *k);
	bool (*lives)(void *ctx, const struct keeper *k);
	bool (*uses)(void *ctx, const struct keeper *k); /* a member of its group, other than itself, is in its network */
	/* Who is in there: "pid 812 (apache2)", "pid 812 (apache2) and others"; "" where nobody is seen. */
	void (*name_users)(void *ctx, const struct keeper *k, char *ret, size_t size);
	/* Of one that nobody heard of: the process that keeps the namespace of its name. 0: there is none */
	pid_t (*find)(void *ctx, const struct keeper *k);
	/* What process k->pid really keeps: k->kinds may be only what was asked for now. */
	uint32_t (*kinds)(void *ctx, const struct keeper *k);
	int (*let_go)(void *ctx, const struct keeper *k, struct err *e);
	void (*tell)(void *ctx, const struct keeper *k, const char *text); /* something was done */
	void (*again)(void *ctx); /* a keeper came or went: settle once more, soon */
	void (*stands)(void *ctx); /* how a network stands is known anew */
	int (*save)(void *ctx, struct keepers *k); /* before anything is asked for that outlives us */
	/* A keeper that was made is written down, and may outlive us; false: it ends again. */
	int (*go)(void *ctx, pid_t pid, bool go, struct err *e);
	uint64_t (*now_ns)(void *ctx);
	void *ctx;
};

struct keeping *keeping_new(const struct keeping_by *by, const char *tree);
void keeping_free(struct keeping *n); /* whoever was asked may still answer until the starter is freed: free that first */
struct keepers *keeping_book(struct keeping *n);

/* Once, with what the state folder knows. */
void keeping_take_over(struct keeping *n);
/* Looks at every keeper, and asks for what is wrong. again: what failed is tried again, and each network is looked at. */
void keeping_follow(struct keeping *n, const struct policy *p, bool passive, bool again);

/* How a group stands. A policy other than the one followed last knows nothing. */
struct keeping_state {
	const struct keeper *keeper;	 /* NULL: there is none */
	bool is_made;			 /* there is none yet: it was just asked for */
	char why_not[KEEPING_WHY_BYTES];		 /* of all that one process would keep: "" while there is one, or none is wanted */
	char waits_for[128];		 /* who keeps it from being made: "pid 812 (apache2)"; "" as a rule */
	bool net_known;
	struct net_result net;		 /* as it was read back; where net_known */
	char net_why_not[KEEPING_WHY_BYTES];		 /* of the whole network */
};
void keeping_state(const struct keeping *n, const char *group, struct keeping_state *ret);
/* Each network whose group is gone or passive, or waits for it, with who is in it; of that group and those below, or of all. */
void keeping_left(const struct keeping *n, const char *group, void (*each)(void *ctx, const struct keeper *k, const char *who), void *ctx);
/* Answers are still to come, or one that was let go just now may end in a moment. */
bool keeping_is_busy(const struct keeping *n);
/* As long as n, and always as it is now. */
const struct own_pid_namespaces *keeping_own(const struct keeping *n);
