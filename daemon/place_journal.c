/* Members are written down: who belongs where, by which rule, and came from where. */
#include "place.h"

void place_journal(struct placer *p, struct member *one)
{
	if (one->journaled)
		return;
	origin_store_add(p->origins, p->policy, one);
	one->journaled = true;
}

static void journal_one(void *ctx, struct member *one)
{
	struct placer *p = ctx;
	struct proc_facts f = {.pid = one->pid};

	if (one->journaled || one->group >= p->policy->n_groups)
		return;
	/* Of a child that was only told of, the start is not known yet; one that has ended needs none. */
	if (one->start_ticks == 0 && proc_read(p->proc, &f, FACT_STAT) == 0)
		member_is(one, f.start_ticks);
	proc_facts_done(&f);
	if (one->start_ticks != 0)
		place_journal(p, one);
}

void placer_journal(struct placer *p)
{
	members_each(p->members, journal_one, p);
	origin_store_flush(p->origins);
}
