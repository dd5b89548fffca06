/* What the test programs have in common: options, and that none of them outlives its test. */
#pragma once

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

#define PROGRAM_SECONDS 120

/* Again after every change of credentials: the kernel forgets the signal then. */
static inline void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

/* An alarm survives exec, not fork: children call this too. In a guest the tests themselves run before all else; programs never. */
static inline void program_ends_after(uint64_t seconds)
{
	setpriority(PRIO_PROCESS, 0, 0);
	die_with_parent(getppid());
	alarm(seconds ? (unsigned)seconds : PROGRAM_SECONDS);
}

static inline void program_misused(const char *usage)
{
	fprintf(stderr, "usage: %s\n", usage);
	exit(2);
}

static inline uint64_t option_u64(const char *text, const char *usage)
{
	uint64_t n = 0;

	if (text_u64(text, &n) < 0)
		program_misused(usage);
	return n;
}

static inline uint64_t option_bytes(const char *text, const char *usage)
{
	uint64_t n = 0;

	if (text_bytes(text, &n) < 0)
		program_misused(usage);
	return n;
}

static inline uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static inline void sleep_ms(uint64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&t, &t) < 0)
		;
}
