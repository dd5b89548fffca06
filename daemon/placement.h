/* How groups are enforced on this machine, and why so, in words. */
#pragma once

#include <cgq/machine.h>

#define PLACEMENT_TEXT_BYTES 700

/* "in place, on units of systemd"; "a tree of its own, since controllers are on cgroup v1" */
void placement_text(const struct machine *m, char buf[PLACEMENT_TEXT_BYTES]);
