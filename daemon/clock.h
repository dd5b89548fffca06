/* The one clock that deeds are timed by: it never jumps, and the kernel stamps process events with it. */
#pragma once

#include <stdint.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t clock_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* The same time as /proc tells when a process started: in ticks, of a clock that also ran while the machine slept. */
static inline uint64_t clock_start_ticks(uint64_t at_ns)
{
	uint64_t now_ns = clock_now_ns();
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	at_ns += (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec - now_ns;
	return at_ns / (1000000000U / (uint64_t)sysconf(_SC_CLK_TCK));
}
