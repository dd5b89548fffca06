/* The settings namespace and net.… of a group → what they mean. */
#pragma once

#include <cgq/policy.h>

/* Fills in g->namespaces and g->net; its settings have been read before, so that they cannot be wrong. */
void group_namespaces_take(struct group *g, struct arena *arena);

/* Faults that only show with several keys, or several groups: a gateway out of reach, an address twice. */
void group_nets_check(const struct policy *p, struct faults *faults);

/* Whether the group's programs have a network of which cgqd takes care: one for all, or one for each. */
bool group_has_net(const struct group *g);
