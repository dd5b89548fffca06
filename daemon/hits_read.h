/* The kernel's totals of what one cgroup ran into. */
#pragma once

#include "hits.h"

/* Reads each file once. HIT_THROTTLED is left as it is: it comes with the sample of CPU. */
void hits_read(struct counter_source *s, struct counter_files *f, const char *path, struct counter ret[HIT__COUNT]);
