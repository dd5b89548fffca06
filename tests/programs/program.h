/* What the test programs have in common: options, and that none of them outlives its test. */
#pragma once

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
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

/* What tests tell a program with. */
static inline sigset_t program_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	return set;
}

static inline void program_told(int signal)
{
	(void)signal;
}

/* A handler is what /proc shows of this: of a signal that is waited for, it shows no block. */
static inline void program_takes_signals(void)
{
	sigset_t signals = program_signals();

	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGUSR2, program_told);
	signal(SIGUSR1, program_told);
}

/*
 * An alarm survives exec, not fork: children set their own. In a guest the tests themselves run before all else;
 * programs never. From here on no signal of a test's ends it: `start` in tests/system/lib.bash waits for that.
 */
static inline void program_begins(uint64_t seconds)
{
	setpriority(PRIO_PROCESS, 0, 0);
	die_with_parent(getppid());
	alarm(seconds ? (unsigned)seconds : PROGRAM_SECONDS);
	program_takes_signals();
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
