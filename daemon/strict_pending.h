/* Execs that wait for an answer. Holds data; knows no clock, and never allocates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strict_wire.h"

/* Each holds a descriptor. More that wait at once are asked about when one of these has gone on; the kernel keeps them. */
#define PENDING_MAX 1024

struct pending_one {
	struct gate_said said; /* as it was asked */
	int group, event;      /* descriptors */
};

/* In the order in which they were asked: the limit is the same for all. */
struct pending {
	struct pending_one list[PENDING_MAX];
	size_t n;
};

/* False when it is full. */
bool pending_add(struct pending *p, const struct pending_one *one);
bool pending_take(struct pending *p, uint64_t id, struct pending_one *ret);
/* The oldest, if it was asked at before_ns or earlier. */
bool pending_take_old(struct pending *p, uint64_t before_ns, struct pending_one *ret);
/* Does any wait for an answer to that group? */
bool pending_has_group(const struct pending *p, int group);
