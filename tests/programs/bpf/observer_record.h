/* What observer.bpf.c hands to observer.c. */
#pragma once

#include <linux/types.h>

enum observed {
	OBSERVED_EXEC,
	OBSERVED_PLACED,
	OBSERVED_ENDED,
};

#define TASK_COMM_BYTES	    16
#define OBSERVED_TEXT_BYTES 64

struct observed_record {
	__u64 at_ns; /* CLOCK_MONOTONIC */
	__u32 pid;
	__u32 what;			/* enum observed */
	__u32 hierarchy;		/* PLACED: its number, as in /proc/PID/cgroup */
	__u32 unused;
	char text[OBSERVED_TEXT_BYTES]; /* EXEC: comm; PLACED: the cgroup's path in its hierarchy, cut off */
};
