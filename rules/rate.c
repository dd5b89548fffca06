/* Two samples become rates. */
#include "rate.h"

/* Counters of v1 are summed up CPU by CPU and of v2 flushed lazily: over less than this they jump. */
#define INTERVAL_MIN_NS 500000000ULL

static bool counter_delta(const struct counter *before, const struct counter *now, uint64_t *ret)
{
	if (!before->known || !now->known || now->value < before->value)
		return false;
	*ret = now->value - before->value;
	return true;
}

static double throttled_percent(const struct sample *before, const struct sample *now)
{
	uint64_t periods, throttled;

	if (!counter_delta(&before->periods, &now->periods, &periods) ||
	    !counter_delta(&before->throttled_periods, &now->throttled_periods, &throttled))
		return -1;
	if (!periods) /* idle, or no ceiling: nothing was held back */
		return 0;
	return throttled >= periods ? 100 : 100.0 * (double)throttled / (double)periods;
}

void rate_make(const struct sample *before, const struct sample *now, unsigned cpus, struct rates *ret)
{
	uint64_t cpu_ns;

	*ret = (struct rates){ .cpu_percent = -1, .throttled_percent = -1 };
	if (!cpus || now->at_ns < before->at_ns || now->at_ns - before->at_ns < INTERVAL_MIN_NS)
		return;
	ret->known = true;
	if (counter_delta(&before->cpu_ns, &now->cpu_ns, &cpu_ns))
		ret->cpu_percent = 100.0 * (double)cpu_ns / (double)(now->at_ns - before->at_ns) / cpus;
	ret->throttled_percent = throttled_percent(before, now);
}
