/* What is drawn by lot: xorshift; a round that fails is told by its seed. */
#pragma once

#include <stdint.h>

static uint64_t seed_now;

static inline unsigned draw(unsigned n)
{
	seed_now ^= seed_now << 13;
	seed_now ^= seed_now >> 7;
	seed_now ^= seed_now << 17;
	return (unsigned)(seed_now >> 33) % n;
}

#define DRAW(list) ((list)[draw(ARRAY_SIZE(list))])
