/* How the namespaces of a group, and of one of its processes, stand: in words. */
#pragma once

#include "keeping.h"

/* Why that kind cannot be had: "net: …", owned by the caller; NULL: it is in force. */
char *namespace_refusal(const struct keeping *k, const struct group *g, enum namespace_kind kind);
/* Kinds of the group's namespaces that the process is not in: it was not started in the group. What cannot be told is none of them. */
uint32_t namespaces_missed(const struct keeping *k, const struct group *g, pid_t pid);
bool namespace_is_keeper(const struct keeping *k, pid_t pid, uint64_t start_ticks);
