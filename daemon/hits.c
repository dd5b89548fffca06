/* How often a cgroup ran into its limits. */
#include "hits.h"

#define QUIET_MIN_NS 10000000000ULL
#define QUIET_MAX_NS 600000000000ULL

const struct hit_row hit_rows[HIT__COUNT] = {
#define X(id, file2, key2, file1, key1, knob, words) [HIT_##id] = {{file2, key2}, {file1, key1}, knob, words},
	HIT_TABLE(X)
#undef X
};

/* A total below the last one is that of a cgroup that was made anew. */
static uint64_t hit_delta(const struct hit_count *h, uint64_t now)
{
	if (!h->last.known)
		return 0;
	return now >= h->last.value ? now - h->last.value : now;
}

static bool is_quiet_time(struct hit_count *h, uint64_t at_ns)
{
	if (!h->quiet_ns)
		return false;
	if (at_ns - h->told_ns < h->quiet_ns)
		return true;
	/* Nothing for as long again: what comes now is news. */
	if (at_ns - h->told_ns >= 2 * h->quiet_ns)
		h->quiet_ns = 0;
	return false;
}

uint64_t hit_take(struct hit_count *h, struct counter now, uint64_t at_ns, bool every)
{
	uint64_t told;

	if (!now.known)
		return 0;
	h->untold += hit_delta(h, now.value);
	h->since += hit_delta(h, now.value);
	h->last = now;
	if (!h->untold || (!every && is_quiet_time(h, at_ns)))
		return 0;
	told = h->untold;
	h->untold = 0;
	h->told_ns = at_ns;
	h->quiet_ns = !h->quiet_ns ? QUIET_MIN_NS : h->quiet_ns >= QUIET_MAX_NS / 2 ? QUIET_MAX_NS : 2 * h->quiet_ns;
	return told;
}

struct counter hit_total(const struct hit_count *h)
{
	return (struct counter){h->last.known, h->since};
}
