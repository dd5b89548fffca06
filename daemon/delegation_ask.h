/*
 * Asks a helper whether trusted.delegate marks a cgroup, where this process cannot see it: on v1, without CAP_SYS_ADMIN.
 * Whoever does not answer in a second is not asked again, and the mark then looks as if not there.
 */
#pragma once

#include <stdbool.h>

#include <cgq/err.h>

#include "helper.h"

struct delegation_asker;

struct delegation_asker *delegation_asker_new(struct helpers *helpers); /* outlives it */
void delegation_asker_free(struct delegation_asker *a);
/*
 * Sees to it that there is a helper that can see. -EPERM: it lacks the privilege as well, and no other one is tried. By the main
 * thread; waits as helper_open() does.
 */
int delegation_asker_ready(struct delegation_asker *a, struct err *e);
/* It was ready, and did not answer since. */
bool delegation_asker_is_lost(struct delegation_asker *a);
/* By any thread. */
bool delegation_ask(struct delegation_asker *a, const char *folder);
