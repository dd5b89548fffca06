/* One amount of one unit. */
#pragma once

#include <cgq/policy.h>

/* One amount, whatever it is for. 0, or -EINVAL with the reason in why. */
int amount_read(enum key key, const char *text, struct arena *arena, struct amount *ret, char *why, size_t size);
