/*
 * The book of keepers: processes that each keep the namespaces of one group, and what is to be done about them. Data; it looks at
 * no process, and asks nobody for anything.
 */
#pragma once

#include <sys/types.h>

#include <cgq/bounds.h>
#include <cgq/policy.h>

enum keeper_state {
	KEEPER_ASKED = 0,  /* the starter makes it, or made it just when cgqd died */
	KEEPER_THERE,
	KEEPER_LEAVING,	   /* told to end once nobody else needs it; or it is dead, and others still live in its network */
	KEEPER_FORGETTING, /* it is gone, and its name and its link are being taken away */
};

/* start_ticks of one that ended before it could be looked at: no process that we make began so soon after the boot. */
#define KEEPER_START_OF_NOBODY 1

struct keeper {
	char group[GROUP_PATH_MAX_BYTES + 1];
	enum keeper_state state;
	pid_t pid;		/* 0: not known yet */
	uint64_t start_ticks;
	uint32_t kinds;		/* as they were asked for, a bit per enum namespace_kind */
	uint64_t inodes[NAMESPACE__COUNT]; /* of what it is in, as stat() tells; 0: not known */
	char name[KEEPER_NAME_BYTES]; /* in /run/netns; "" without a network */
	char link[KEEPER_LINK_BYTES];
	uint64_t let_go_ns;	/* when it was told to end; 0: it was not, or by an earlier cgqd */
	/* as it was looked at just before keepers_decide(): */
	bool lives;
	bool used;		/* dead, and somebody else is still in its network */
};

struct keepers {
	struct keeper *list;
	size_t n, cap;
	bool changed; /* something is not written down yet */
};

void keepers_done(struct keepers *k);
struct keeper *keepers_add(struct keepers *k, const char *group, uint32_t kinds, const char *tree);
void keepers_drop(struct keepers *k, size_t i);
struct keeper *keepers_of_pid(const struct keepers *k, pid_t pid); /* in whatever state; NULL: nobody */
/* The one that what is started in the group goes to: THERE. NULL: there is none. */
struct keeper *keepers_of_group(const struct keepers *k, const char *group);

/* One of the group's that leaves, and whose network is still there; NULL: there is none. */
struct keeper *keepers_left(const struct keepers *k, const char *group);
/* Has one of the group's that leaves kept that namespace? */
bool keepers_left_inode(const struct keepers *k, const char *group, enum namespace_kind kind, uint64_t inode);

/* "cgq-web:php" for web/php; "" where that is longer than a file's name may be. */
void keeper_name(const char *tree, const char *group, char ret[KEEPER_NAME_BYTES]);
/* "cgq1a2b3c4d" */
void keeper_link(const char *tree, const char *group, char ret[KEEPER_LINK_BYTES]);
/* The same for one start alone, which has a network of its own and no keeper: each salt gives another one. */
void keeper_start_link(const char *tree, const char *group, uint64_t salt, char ret[KEEPER_LINK_BYTES]);

/* One that took over the network of k, which is dead: its name and its link are that one's. NULL: there is none. */
const struct keeper *keepers_heir(const struct keepers *k, const struct keeper *dead);

/* What one in the book needs. */
enum keeper_deed {
	KEEPER_LEAVE, /* nothing */
	KEEPER_LET_GO,
	KEEPER_MOURN, /* it was killed, and others go on in its network: told, then as one that leaves, until it has an heir */
	KEEPER_FORGET,/* its name and its link */
	KEEPER_DROP,  /* out of the book */
};

/* What one group needs. */
enum group_need {
	GROUP_NEEDS_NONE, /* it wants no keeper, or has one, or it is being made */
	GROUP_NEEDS_KEEPER,
	GROUP_NEEDS_HEIR, /* a keeper that takes over the network of one that is dead */
	GROUP_WAITS, /* for one that leaves, whose name and link it needs */
	GROUP_SOON,  /* these are being taken away */
};

enum keeper_deed keeper_decide(const struct keepers *book, const struct keeper *k, const struct policy *p, bool passive);
/* Once all deeds of the book are done. */
enum group_need group_need(const struct keepers *k, const struct policy *p, unsigned group, bool passive);
/* Kinds that one process keeps for the group: 0 where it wants none, or nothing of it is enforced. */
uint32_t group_kept_kinds(const struct policy *p, unsigned group, bool passive);
