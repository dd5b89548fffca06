/* How often a cgroup ran into its limits. */
#include "hits.h"

#include <stdlib.h>

#include <cgq/memory.h>

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

static bool is_quiet_time(struct hit_news *n, uint64_t at_ns)
{
	if (!n->quiet_ns)
		return false;
	if (at_ns - n->told_ns < n->quiet_ns)
		return true;
	/* Nothing for as long again: what comes now is news. */
	if (at_ns - n->told_ns >= 2 * n->quiet_ns)
		n->quiet_ns = 0;
	return false;
}

static uint64_t news_take(struct hit_news *n, uint64_t more, uint64_t at_ns, bool every)
{
	uint64_t told;

	n->untold += more;
	n->since += more;
	if (!n->untold || (!every && is_quiet_time(n, at_ns)))
		return 0;
	told = n->untold;
	n->untold = 0;
	n->told_ns = at_ns;
	n->quiet_ns = !n->quiet_ns ? QUIET_MIN_NS : n->quiet_ns >= QUIET_MAX_NS / 2 ? QUIET_MAX_NS : 2 * n->quiet_ns;
	return told;
}

uint64_t hit_take(struct hit_count *h, struct counter now, uint64_t at_ns, bool every)
{
	uint64_t more;

	if (!now.known)
		return 0;
	more = hit_delta(h, now.value);
	h->last = now;
	if (more && !h->news)
		h->news = must_alloc(sizeof(*h->news));
	return h->news ? news_take(h->news, more, at_ns, every) : 0;
}

struct counter hit_total(const struct hit_count *h)
{
	return (struct counter){h->last.known, h->news ? h->news->since : 0};
}

void hit_done(struct hit_count *h)
{
	free(h->news);
	*h = (struct hit_count){ 0 };
}
