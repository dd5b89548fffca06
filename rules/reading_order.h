/* Settings in the order in which they were read. */
#pragma once

#include <cgq/policy.h>

/* What group reserves of its parent. */
struct reserve {
	unsigned group;
	unsigned parent;	      /* GROUP_NONE: the machine */
	const struct amount *amount;  /* PERCENT, CORES or BYTES */
	const struct setting *setting;
	unsigned file;		      /* index into policy->files */
};

/* The amount that a setting of this key reserves: the lower end of cpu, the whole of memory.low and memory.min. */
const struct amount *reserve_amount(enum key key, const struct setting *s);

/* Every setting of key, of groups whose parent is there. free() */
struct reserve *settings_in_order(const struct policy *p, enum key key, size_t *ret_n);
bool setting_is_after(const struct policy *p, const struct setting *a, const struct setting *b); /* both are set */

/* Every reservation by key whose parent is there. free() */
struct reserve *reserves_in_order(const struct policy *p, enum key key, size_t *ret_n);
