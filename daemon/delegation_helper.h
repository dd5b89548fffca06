/*
 * The helper that tells of a cgroup whether trusted.delegate marks it as delegated: attributes of that name are seen with
 * CAP_SYS_ADMIN only, and look as if not there without. See helper.h; cgqd's side is delegation_ask.h.
 */
#pragma once

#include <stdint.h>

/* cgqd asks with a descriptor of the cgroup's folder, opened for reading; one question at a time. */
struct delegation_question {
	uint32_t serial;
};

struct delegation_answer {
	uint32_t serial;
	int32_t error;	 /* 0, or a positive errno: EPERM, it cannot see either; EBADF, no folder came */
	uint32_t marked; /* 0 or 1 */
};

int delegation_run(int fd);
