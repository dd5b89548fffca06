/* A process of the starter's becomes one of the caller's. All: 0 or -errno. */
#pragma once

#include "starter_caller.h"

/* While it may: the caller's limits, niceness, scheduling, CPUs, umask. */
int become_limited(const struct caller *c, struct err *e);
/* Then: its user, groups and capabilities; of root CAP_KILL alone is in force until an exec, of others none. There is no way back. */
int become_caller(const struct caller *c, struct err *e);
/* Nothing of ours is seen by the program: signals as they are by default, no descriptor above 2 after an exec. */
int become_plain(struct err *e);
