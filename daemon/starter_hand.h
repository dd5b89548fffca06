/*
 * The inside of the starter. Each order is carried out by a hand: a process forked for it, which answers over its socket and ends, so
 * that nothing which it opens, enters or allocates stays. A hand that has made a keeper or started a program waits for GO, and stays
 * with the program as its supervisor.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "starter_wire.h"

/* What a hand says, once. */
struct hand_answer {
	int32_t error;
	int32_t pid;
	struct net_result net; /* of NET and START */
	char text[sizeof(((struct err *)0)->text)];
};

void hand_answer(int hand, int error, pid_t pid, const struct net_result *net, const struct err *e); /* net: NULL but of those */

/*
 * fork() that can make namespaces (flags of CLONE_NEW…), begins in a cgroup (v2; -1: ours), and gives a pidfd. In the child 0;
 * -errno.
 */
pid_t starter_clone(uint64_t flags, int cgroup, int *ret_pidfd);

/* Of the set of kinds, the flags of clone(); a pid namespace always comes with a mount namespace. */
uint64_t namespace_flags(uint32_t kinds);
uint32_t namespace_kinds_whole(uint32_t kinds);
/* -EOPNOTSUPP where the kernel does not have one of them. */
int namespaces_exist(uint32_t kinds, struct err *e);
/* "/proc/PID/ns/net", open. start_ticks 0: whoever has the number. -ESRCH: it has ended; -EPERM: it is of other users. */
int namespace_open(const struct process_id *of, enum namespace_kind kind, struct err *e);
int namespace_open_own(enum namespace_kind kind, struct err *e);
/* A file that is one. */
int namespace_open_path(const char *path, struct err *e);
/* Nothing stays open but a and b (-1: none) and 0 to 2, which become /dev/null. */
void descriptors_keep(int a, int b);

/* starter_keep.c: all of KEEP, in the hand, which has answered where this is 0. */
int keep_make(const struct starter_order *o, int hand, struct err *e);
/* starter_keeper.c: the keeper, which says over ready what went wrong or that all is there, and lives on once it is told to there. */
_Noreturn void keeper_run(const struct starter_order *o, int ready);

/* starter_start.c: all of START, in the hand, to the end of the program. files: START__DESCRIPTORS. */
_Noreturn void start_run(const struct starter_order *o, int *files, int hand);
