/* Names to numbers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct map {
	struct map_slot {
		const char *key;
		unsigned value;
	} *slots;
	size_t n, cap; /* cap is a power of two */
};

#define MAP_NONE UINT32_MAX

void map_done(struct map *m);
unsigned map_get(const struct map *m, const char *key); /* MAP_NONE: not there */
void map_put(struct map *m, const char *key, unsigned value); /* key is borrowed; replaces */
