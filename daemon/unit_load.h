/*
 * What the units of groups use, and who competes with them: which cgroups beside them, and beside the slices that they are
 * in, want CPU. Reads the kernel's counters; changes nothing.
 */
#pragma once

#include <cgq/unit.h>

#include "kernel.h"

struct unit_load;

struct unit_load *unit_load_new(struct kernel *k);
void unit_load_free(struct unit_load *l);
/* Once a second. h: the v2 hierarchy; cpus: of the machine. Nobody beside them is looked at while no unit waits for CPU. */
void unit_load_tick(struct unit_load *l, const struct hierarchy *h, unsigned cpus, const struct seen_units *seen, uint64_t at_ns);
/*
 * What each uses and wants, as by the last tick; memory, swap and tasks as now, of all or only of those that share a
 * group's limits.
 */
void unit_load_fill(struct unit_load *l, const struct hierarchy *h, struct seen_units *seen, bool all);
