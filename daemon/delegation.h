/* Which cgroups are delegated to a manager of their own, by the mark that systemd leaves on them. */
#pragma once

#include <cgq/machine.h>

#include "strmap.h"

struct delegation_asker;

/* What was found, by folder, until it is cleared. An all-zero one is empty. */
struct delegation {
	struct strmap folders;
	struct delegation_asker *asker; /* of marks on v1 that only others see; borrowed; NULL: we see them */
};

/* By trusted.delegate, for who may see it. */
bool delegation_is_marked(int folder);

void delegation_clear(struct delegation *d);
/* See proc_delegation(). m tells what lies above our own tree: being delegated to us excludes nobody. */
const char *delegation_find(struct delegation *d, const struct machine *m, const char *mount, const char *path);
