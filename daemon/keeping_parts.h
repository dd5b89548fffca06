/* What the files of keeping share; nobody else includes it. */
#pragma once

#include "keeping.h"

/* What failed is tried again no sooner: it would fill the log, and somebody has to do something about it first. */
#define RETRY_NS 10000000000ULL

/* One that nobody needs sees so in a tenth of that; another may stay for days. */
#define LETS_GO_NS 200000000ULL

/* Beside the book: what is not worth a line in the state folder. */
struct about {
	char *group;
	char why_not[KEEPING_WHY_BYTES];
	char waits_for[sizeof(((struct keeping_state *)0)->waits_for)];
	uint64_t failed_ns;
	struct net net;		/* as it was asked for last; interface is owned here */
	char *interface;
	bool net_asked, net_waits, net_known;
	bool net_is_new;	/* its keeper was made by us, and nothing was in its network yet */
	struct net_result result;
	char net_why_not[KEEPING_WHY_BYTES];
	uint64_t net_failed_ns;
};

/* One question that waits for its answer. */
struct asked {
	struct keeping *n;
	struct asked *next;
	char group[GROUP_PATH_MAX_BYTES + 1];
	char link[KEEPER_LINK_BYTES]; /* FORGET: of which keeper */
	pid_t pid;		      /* NET: likewise */
};

struct keeping {
	struct keeping_by by;
	char *tree;
	struct keepers book;
	struct own_pid_namespaces own;
	struct about **about;
	size_t n_about, cap_about;
	struct asked *asked;
};

struct about *keeping_about(struct keeping *n, const char *group); /* made if missing */
struct about *keeping_about_find(const struct keeping *n, const char *group); /* NULL: there is none */
struct asked *keeping_asked_new(struct keeping *n, const struct keeper *k);
void keeping_asked_free(struct asked *one);
bool keeping_may_retry(const struct keeping *n, uint64_t failed_ns, bool again);

/* keeping_net.c: whatever of the group's network is to be asked for now. */
void keeping_net_follow(struct keeping *n, const struct policy *p, unsigned group, bool again);
