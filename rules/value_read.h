/* The text of a value becomes amounts. */
#pragma once

#include <cgq/policy.h>

/*
 * Sets ret->min and ret->max; lists are in the arena. 0, or -EINVAL with the reason in why, with the legal form:
 * "'0x10' is not a size (like 512M or 2G)".
 */
int value_read(enum key key, const char *text, struct arena *arena, struct setting *ret, char *why, size_t size);
