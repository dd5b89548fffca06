/* Policy and machine become a value for each knob of each cgroup. */
#pragma once

#include <cgq/machine.h>
#include <cgq/policy.h>
#include <cgq/want.h>

/*
 * passive: as if every group said enforce = no. frozen: by group, those whose processes a person has stopped; NULL:
 * none. Never NULL.
 */
struct want *want_make(const struct policy *p, const struct machine *m, bool passive, const bool *frozen);

/* What a weight or quota that the kernel shows comes to, in percent of the machine; parent's in the same terms. Negative: none. */
double want_min_percent(const struct machine *m, const struct value *weight, double parent_min_percent);
double want_max_percent(const struct machine *m, const struct value *quota);
