/* What a unit wants of a limit, by what it uses. */
#include "unit_claims.h"

#define CPU_USEC_A_SECOND 1e6

/* In quanta. */
struct use {
	bool known;
	uint64_t now;
	bool wants_more; /* whatever it got */
};

static struct use cpu_use(const struct seen_unit *u, unsigned cpus, uint64_t quantum)
{
	struct use use = { u->cpu_percent >= 0, 0, u->cpu_waits };

	if (use.known)
		use.now = (uint64_t)(u->cpu_percent / 100 * cpus * CPU_USEC_A_SECOND / (double)quantum);
	return use;
}

static struct use counter_use(const struct counter *n, uint64_t quantum)
{
	return (struct use){ n->known, n->known ? n->value / quantum + (n->value % quantum > 0) : 0, false };
}

static struct use use_of(const struct seen_unit *u, enum knob k, unsigned cpus, uint64_t quantum)
{
	switch (k) {
	case KNOB_CPU_MAX:
		return cpu_use(u, cpus, quantum);
	case KNOB_SWAP_MAX:
		return counter_use(&u->swap_bytes, quantum);
	case KNOB_TASKS_MAX:
		return counter_use(&u->tasks, quantum);
	default:
		return counter_use(&u->memory_bytes, quantum);
	}
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * A third more than it uses; but what it has, while it uses between half of that and nine tenths: use that goes up and
 * down a little asks for no other limit.
 */
static uint64_t need_of(const struct use *use, uint64_t now)
{
	if (now != SHARE_UNKNOWN && use->now >= now / 2 && use->now <= now / 10 * 9)
		return now;
	return use->now + use->now / 3;
}

void unit_claim(const struct seen_unit *u, enum knob k, unsigned cpus, uint64_t fair, uint64_t quantum, struct share *s)
{
	struct use use = use_of(u, k, cpus, quantum);
	uint64_t least = u->cgroup ? fair / 4 : fair / 16;

	s->sure = s->fair = s->need = s->enough = max_u64(least, 1);
	if (use.wants_more)
		s->need = s->enough = SHARE_UNKNOWN;
	else if (use.known && k == KNOB_CPU_MAX)
		s->need = s->enough = max_u64(need_of(&use, s->now), s->sure);
	else if (use.known)
		s->need = max_u64(need_of(&use, s->now), s->sure);
	if (!use.known || k == KNOB_CPU_MAX)
		return;
	/* No limit below what is charged: the kernel would reclaim at once, or kill. */
	s->sure = max_u64(use.now, max_u64(fair / 16, 1));
	s->enough = use.now + use.now / 9;
}
