/* Who may start programs in a group. */
#pragma once

#include <cgq/verdict.h>

#include "server.h"

/* Root, and whom run.users of that group names. */
bool run_users_allow(const struct policy *p, const struct resolved *r, unsigned group, const struct peer *peer);
/* In any group at all. */
bool run_users_know(const struct policy *p, const struct resolved *r, const struct peer *peer);
