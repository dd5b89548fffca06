/* Who works for long lets others have their turn now and then. */
#pragma once

#include "clock.h"

/* Nobody waits longer than for this, and what a turn of others takes. */
#define TURNS_NS 10000000U

struct turns {
	void (*take)(void *ctx); /* serves who waits; NULL: nobody does */
	void *ctx;
	uint64_t last_ns;	 /* when others had theirs */
};

/* Cheap: to be called between any two processes, where all that others may look at is whole. NULL: nobody waits. */
static inline void turns_give(struct turns *t)
{
	if (!t || !t->take || clock_now_ns() - t->last_ns < TURNS_NS)
		return;
	t->take(t->ctx);
	t->last_ns = clock_now_ns();
}
