/*
 * The network of a group, made, looked at and taken away. For the starter: one thread, CAP_NET_ADMIN and CAP_SYS_ADMIN;
 * a call takes some milliseconds and waits for nothing but the kernel. The outside is the caller's own network namespace.
 */
#pragma once

#include <cgq/err.h>
#include <cgq/namespace.h>

#include "starter.h"

/*
 * What of it may not be in force, and how far the rest goes:
 *
 *   net.out         held at eth0 inside, so that programs wait and lose nothing. Who has CAP_NET_ADMIN inside can take it
 *                   away: net_look() tells, and net_apply() brings it back
 *   net.in          held at the link outside. A macvlan has none: never in force there
 *   both            not on loopback alone; IP packets are counted, see net_rate.c. A change loses no packet
 *   net.masquerade  a table "inet LINK" of nftables. Nothing of the machine's own settings is changed: where it forwards
 *                   nothing, or drops what it forwards, the table is there and the reason is told (the former only)
 */

/*
 * Brings a network namespace (inside: its descriptor, borrowed) to what q says, from whatever it is now; q's keeper and
 * path are not looked at. What is as it should be is left alone, so that a second call changes nothing, and a new rate
 * loses no connection. 0 with ret, also when parts of it are not in force (ret->why_not); or -errno, and then the
 * addresses and routes are as before, links that this call made are gone (so are those that they replaced, with another
 * mode), and ret is untouched.
 *
 *   NET_VETH     q->link outside (alias "cgq GROUP", with the gateways' addresses) and eth0 inside. Without addresses: as NET_NONE
 *   NET_NONE     loopback alone
 *   NET_MACVLAN  eth0 inside, on the interface; without addresses they are whoever's inside, by DHCP for instance
 *
 * -EEXIST: a link outside has that name and is not cgq's, or an eth0 inside. -EADDRINUSE: an address is the machine's own,
 * or a gateway's network that of another link. -ENODEV: there is no such interface. -EINVAL: inside is the caller's own.
 * None of these is ever changed.
 */
int net_apply(const struct starter_net *q, int inside, struct net_result *ret, struct err *e);

/* The same look, and nothing is changed: ret->changes says how much net_apply() would, ret->first what. */
int net_look(const struct starter_net *q, int inside, struct net_result *ret, struct err *e);

/* Takes the link outside and its masquerading away, whichever there are; -EEXIST for a link that is not cgq's. */
int net_forget(const char *link, struct err *e);
