/* One limit, split by demand among those who share it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARE_UNKNOWN UINT64_MAX

/*
 * A unit, or a group of some with a limit of its own below the one that is split. All in one unit of measure, below 2^52.
 * What a unit wants comes in steps: first everybody gets what is sure, as far as it goes, then what is fair, then what is
 * needed, each step filled up evenly from below; what is left after that is spread evenly.
 */
struct share {
	unsigned parent;	   /* index, smaller than its own; of the first its own */
	bool is_unit;
	uint64_t most;		   /* its own limit; UINT64_MAX: none. The first has one: what is split */
	uint64_t sure, fair, need; /* of a unit, ascending */
	uint64_t enough;	   /* of a unit: having so much, it gains nothing by more */
	uint64_t now;		   /* of a unit: its part at present; SHARE_UNKNOWN: it has none */
	uint64_t part;		   /* what it gets */
};

/*
 * Fills in the parts: all of the limit, unless limits within it add up to less. The parts that stand (now) are kept when
 * they come to the same, are within each limit, and nobody who wants more would gain a tenth of his part.
 */
void unit_split(struct share *list, size_t n);
