/* How much of a CPU a real-time thread may take. */
#include "allowance.h"

bool allowance_is_left(struct allowance *a, uint64_t now_ns, uint64_t used_ns)
{
	if (allowance_wait_ns(a, now_ns) == 0)
		*a = (struct allowance){now_ns, used_ns};
	return used_ns - a->used_ns < ALLOWANCE_NS;
}

uint64_t allowance_wait_ns(const struct allowance *a, uint64_t now_ns)
{
	uint64_t passed_ns = now_ns - a->from_ns;

	return passed_ns < ALLOWANCE_WINDOW_NS ? ALLOWANCE_WINDOW_NS - passed_ns : 0;
}
