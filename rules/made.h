/* What was in force when all had been put right: looked up by drift. */
#pragma once

#include "drift.h"

const struct made_cgroup *made_find(const struct made *m, const char *path); /* NULL: it did not stand */
/* Never 0. */
uint64_t made_hash(enum knob k, int version, const struct value *v);
