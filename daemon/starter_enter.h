/* Which namespaces a program is to be in, and getting there. */
#pragma once

#include <stdbool.h>

#include "starter_hand.h"

enum enter_from { FROM_CALLER, FROM_KEEPER, FROM_LIKE, FROM_PATH };

struct enter {
	enum enter_from from[NAMESPACE__COUNT];
	uint32_t fresh; /* made anew, from those */
	bool elsewhere; /* other mounts than the caller's: its folder is found by name */
	bool proc;	/* /proc and terminals of its pid namespace are still to be mounted */
	bool sysfs;
};

/* Pure. A pid namespace that nobody has made a /proc for comes with a copy of the mounts. */
void enter_plan(const struct starter_order *o, struct enter *ret);
/* fds: one of each kind, to be closed by the caller of this. */
int enter_open(const struct starter_order *o, const struct enter *plan, int fds[NAMESPACE__COUNT], struct err *e);
/* The process is in all of them then, but for a pid namespace: its next child is, a fresh one has to be cloned. */
int enter_all(const struct starter_order *o, const struct enter *plan, const int fds[NAMESPACE__COUNT], struct net_result *net, struct err *e);
