/* How the namespaces of a group, and of one of its processes, stand: in words. */
#pragma once

#include "keeping.h"

/* Why this machine has no such: "net: …", owned by the caller; NULL: it has. */
char *namespace_kind_refusal(const struct namespaces *n, enum namespace_kind kind);
/* Why that kind cannot be had: "net: …", owned by the caller; NULL: it is in force. */
char *namespace_refusal(const struct keeping *k, const struct group *g, enum namespace_kind kind);
/* Kinds of the group's namespaces that the process is not in: it was not started in the group. What cannot be told is none of them. */
uint32_t namespaces_missed(const struct keeping *k, const struct group *g, pid_t pid);
/* Why the group has no keeper, and whom a new one waits for. Owned by the caller. */
char *namespace_absence(const struct keeping_state *s);
bool namespace_is_keeper(const struct keeping *k, pid_t pid, uint64_t start_ticks);
