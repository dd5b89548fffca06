/* Programs that persons start in groups: `cgq run` and `cgq enter`. */
#pragma once

#include "daemon.h"

/* Places the caller, or has the program started for it where the group has namespaces. */
int settle_run(struct daemon *d, const struct run_request *q, struct run_done *ret, struct err *e);
/* May that user run anything anywhere? ctx is the daemon's service. */
bool settle_run_knows(void *ctx, const struct peer *peer);

/*
 * settle_run_units.c: where groups are in place. The pinned caller is put into a scope of its group, unless its own unit is limited
 * for that: a service all of whose processes are the group's stays one.
 */
int settle_run_on_units(struct daemon *d, const struct proc_facts *f, unsigned group, struct err *e);
/* It is in its user's own manager, which lets go of whoever asks to leave. */
bool settle_run_is_users(struct daemon *d, pid_t pid);
