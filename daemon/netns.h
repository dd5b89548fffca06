/* Network namespaces: their names for `ip netns`, which are files in /run/netns with a namespace mounted on each. */
#pragma once

#include <stdbool.h>

#include <cgq/err.h>

/* fd: of the namespace, borrowed. -EEXIST where there is such a name, whoever's. */
int netns_name_give(const char *name, int fd, struct err *e);
/* 0: it leads there; 1: it was missing, and is given. -EEXIST as above. */
int netns_name_mend(const char *name, int fd, struct err *e);
/* 0 also where there is none. The folder goes with the last name. */
int netns_name_take(const char *name, struct err *e);
bool netns_name_exists(const char *name);
/* Of the namespace that we are in: its loopback is down at first. */
int netns_loopback_up(struct err *e);
