/* Values of knobs as systemd's properties have them, against what the kernel shows. */
#pragma once

#include <cgq/unit.h>

/*
 * Does the kernel show what systemd makes of that property? A quota of 1 s becomes one of the unit's own period (100 ms,
 * longer where it would be below 1 ms), rounded down; a weight that is not set is 100.
 */
bool unit_value_holds(enum knob k, const struct value *set, const struct value *kernel);

/* What is in force: of its cgroup, or of systemd where it has none or that file is not there. */
const struct value *unit_in_force(const struct seen_unit *u, enum knob k);

/* Microseconds of CPU a second, as CPUQuotaPerSecUSec has it; UINT64_MAX: no quota. */
uint64_t unit_quota_usec(const struct value *v);
struct value unit_quota_value(uint64_t usec);

/* -1 lower, 1 higher, 0 the same or of no size (weights, lists, flags). No limit is above every limit. */
int unit_value_compare(enum knob k, const struct value *a, const struct value *b);

/* One line, as the kernel's file has it; buf of at least 300 bytes. */
void unit_value_text(enum knob k, const struct value *v, char *buf, size_t size);
