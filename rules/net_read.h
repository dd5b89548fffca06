/* The texts of a group's keys net.… → its network. */
#pragma once

#include <cgq/key.h>
#include <cgq/memory.h>
#include <cgq/namespace.h>

/* Of key net.mode, net.address or net.gateway. 0, or -EINVAL with what is wrong in why, *ret being
 * half-filled. */
int net_read(enum key key, const char *text, struct arena *arena, struct net *ret, char *why, size_t size);

bool net_address_within(const struct net_address *a,
                        const struct net_address *network); /* of one family, by network's prefix */
bool net_address_equal(const struct net_address *a, const struct net_address *b); /* whatever the prefixes */
bool net_address_listed(const struct net_address *a, const struct net_address *list,
                        unsigned n); /* with that prefix */
unsigned net_family_bytes(int family); /* AF_INET or AF_INET6 */
