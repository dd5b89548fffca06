/* What is seen of keepers, and of who is in their namespaces: /proc/PID/ns and /run/netns. */
#pragma once

#include <cgq/err.h>

#include "keepers.h"

/* Inode of /proc/PID/ns/…; 0: it cannot be told. pid 0: our own. */
uint64_t namespace_inode(pid_t pid, enum namespace_kind kind);
/* Of a file that is a namespace; 0: it is none, or not there. */
uint64_t namespace_inode_of_path(const char *path);
/* The process that keeps the namespace of that name in /run/netns; 0: nobody of ours does. */
pid_t keeper_search(const char *name);
/* Is any thread of that process, which is not the keeper itself, in its network? */
bool keeper_is_used_by(const struct keeper *k, pid_t pid);
/* A process in the network of that keeper other than itself, its name, and whether there are more; 0: nobody. Looks at all of /proc. */
pid_t keeper_user(const struct keeper *k, char comm[16], bool *ret_more);
/* SIGTERM, to that very process. */
int keeper_let_go(const struct keeper *k, bool (*lives)(void *ctx, const struct keeper *k), void *ctx, struct err *e);
