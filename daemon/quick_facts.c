/* What a thread knows of a program that starts: as it told the filter itself, and else from /proc. */
#include <errno.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "quick_parts.h"
#include "task_facts.h"

static int fact_read(void *ctx, struct proc_facts *f, enum fact what)
{
	struct quick_look *l = ctx;
	int r;

	if (what == FACT_CGROUP && l->is_recorded && whereabouts_find(l->kit->whereabouts, &l->record.task, f)) {
		f->known |= FACT_BIT(FACT_CGROUP);
		return 0;
	}
	r = proc_read(l->kit->proc, f, what);
	if (r == 0 && what == FACT_CGROUP && l->is_recorded)
		whereabouts_learn(l->kit->whereabouts, &l->record.task, f);
	return r;
}

struct facts_reader quick_reader(struct quick_look *l)
{
	return (struct facts_reader){fact_read, l};
}

bool quick_look(struct quick_kit *kit, const struct proc_event_told *ev, struct quick_look *ret, struct proc_facts *f)
{
	ret->kit = kit;
	ret->is_recorded = kit->plan->believes_records &&
			   event_filter_exec(kit->filter, kit->cpu, ev->pid, ev->at_ns, &ret->record);
	if (ret->is_recorded) {
		task_facts_take(&ret->record.task, f);
		return !f->exiting;
	}
	*f = (struct proc_facts){.pid = ev->pid};
	return proc_read(kit->proc, f, FACT_STAT) == 0 && !f->exiting;
}

/* If it is the same now, then whatever was read in between was its own too. */
int quick_hold(const struct quick_look *l, const struct proc_facts *f)
{
	auto_fd int held = mover_hold(f->pid, NULL);
	struct proc_facts now = {.pid = f->pid};
	bool is_same;

	if (held < 0 || mover_is_of(held, f))
		return take_fd(held);
	is_same = proc_read(l->kit->proc, &now, FACT_STAT) == 0 && now.start_ticks == f->start_ticks && !now.exiting;
	proc_facts_done(&now);
	return is_same ? take_fd(held) : -ESRCH;
}
