/* Counters of the kernel at one moment, and what two of them come to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct counter {
	bool known;
	uint64_t value;
};

/* All running totals, but memory. */
struct sample {
	uint64_t at_ns;			/* CLOCK_MONOTONIC */
	struct counter cpu_ns;
	struct counter periods, throttled_periods; /* of the CPU ceiling */
	struct counter throttled_ns;
	struct counter memory_bytes;	/* charged now */
};

struct rates {
	bool known;			/* false until two samples a good part of a second apart exist */
	double cpu_percent;		/* of the machine; negative: unknown */
	double throttled_percent;	/* of the periods in between that were throttled; negative: unknown */
};
