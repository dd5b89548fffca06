/* How much of a CPU a real-time thread may take: pure, time is an argument. An all-zero one is new. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Half a CPU, in windows that end long before the kernel throttles what is real-time (at 95 % of a second), so that it never does:
 * whoever shares the CPU waits 5 ms at most, or twice that where one window ends and the next begins.
 */
#define ALLOWANCE_WINDOW_NS UINT64_C(10000000)
#define ALLOWANCE_NS	    UINT64_C(5000000)

struct allowance {
	uint64_t from_ns; /* when the window began, and what had been used by then */
	uint64_t used_ns;
};

/* Is there any left? now: CLOCK_MONOTONIC; used: all that the thread ever used. A new window begins when the last is over. */
bool allowance_is_left(struct allowance *a, uint64_t now_ns, uint64_t used_ns);
/* How long until the window is over; 0: it is. */
uint64_t allowance_wait_ns(const struct allowance *a, uint64_t now_ns);
