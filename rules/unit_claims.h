/* What a unit wants of a limit, by what it uses. */
#pragma once

#include <cgq/unit.h>

#include "unit_split.h"

/*
 * Fills in sure, fair, need and enough of s, whose now is known; all in quanta. limit: what is split. fair: what each would
 * get, were it split evenly; a quarter of that nobody is kept from, a sixteenth where nothing runs.
 */
void unit_claim(const struct seen_unit *u, enum knob k, unsigned cpus, uint64_t fair, uint64_t quantum, struct share *s);
