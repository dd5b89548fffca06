/*
 * The network of a namespace, made by the starter in a process of its own for each order: what it leaves open, allocated or
 * entered is gone with that. It is in the machine's network namespace, with CAP_NET_ADMIN and CAP_SYS_ADMIN (setns).
 */
#pragma once

#include <cgq/err.h>

#include "starter.h"

/*
 * Brings the network to what q->net says, from whatever it is now; q->link and q->group as in starter_net(). inside_netns: a descriptor
 * of the namespace, borrowed; q->keeper and q->path are not looked at. What fails half-way is undone. 0 or -errno.
 */
int net_apply(const struct starter_net *q, int inside_netns, struct err *e);
/* Takes link and its masquerading away; whichever there are. 0 also where there was nothing. */
int net_forget(const char *link, struct err *e);
