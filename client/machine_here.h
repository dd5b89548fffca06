/* The machine as anyone may see it: enough to judge a policy, without any cgroup. */
#pragma once

#include <cgq/machine.h>

void machine_here(struct machine *ret);
