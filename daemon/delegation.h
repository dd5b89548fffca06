/* Which cgroups are delegated to a manager of their own, by the mark that systemd leaves on them. */
#pragma once

#include <cgq/machine.h>

#include "strmap.h"

/* What was found, by folder, until it is cleared. An all-zero one is empty. */
struct delegation {
	struct strmap folders;
};

void delegation_clear(struct delegation *d);
/* See proc_delegation(). m tells what lies above our own tree: being delegated to us excludes nobody. */
const char *delegation_find(struct delegation *d, const struct machine *m, const char *mount, const char *path);
