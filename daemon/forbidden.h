/* Where nobody may place processes, whatever a rule says: what only a look at this machine tells. Used by every thread. */
#pragma once

#include <cgq/facts.h>

#include "proc.h"

/* "outside the delegated scope that cgqd runs in" */
extern const char forbidden_beyond[];

/* Why the process, FACT_CGROUP known, is left in its cgroups: that one, or a manager they are delegated to; or NULL. */
const char *forbidden_by(struct proc *proc, const struct machine *m, const struct proc_facts *f);
