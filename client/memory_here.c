/* What the members of each group would use of this machine's memory now, as far as anyone may see it. */
#include "memory_here.h"

#include <stdlib.h>
#include <time.h>

#include <cgq/auto.h>

#include "classify.h"
#include "proc_here.h"
#include "resolved_here.h"

/*
 * A check is run at every commit and every save. 5,000 processes are listed and judged by names in 50 ms of CPU time;
 * not of the clock, so that a busy machine sees as much.
 */
#define JUDGING_MAX_NS 60000000

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool has_ceiling(const struct policy *p)
{
	for (size_t i = 0; i < p->n_groups; i++) {
		const struct setting *s = group_setting(&p->groups[i], KEY_MEMORY);

		if (s->at.file && s->max.kind != AMOUNT_MAX)
			return true;
	}
	return false;
}

/* GROUP_NONE: no rule places it. */
static unsigned group_of(const struct policy *p, const struct resolved *r, const struct facts_reader *reader, pid_t pid)
{
	static const struct standing nowhere = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	struct proc_facts f = {.pid = pid};
	struct verdict v = {.group = GROUP_NONE};

	if (reader->read(reader->ctx, &f, FACT_STAT) == 0 && !f.exiting)
		classify(p, r, &f, reader, &nowhere, NULL, &v);
	proc_facts_done(&f);
	return v.kind == VERDICT_RULE ? v.group : GROUP_NONE;
}

static void all_judge(const struct memory_look *l, const struct policy *p, const struct machine *m,
		      const struct resolved *r, struct group_use *ret)
{
	struct facts_reader reader = proc_here_reader(m);
	uint64_t end = cpu_ns() + JUDGING_MAX_NS;

	for (size_t i = 0; i < l->n && cpu_ns() < end; i++) {
		unsigned group = group_of(p, r, &reader, l->list[i].pid);

		if (group == GROUP_NONE)
			continue;
		ret[group].procs++;
		ret[group].bytes += l->list[i].bytes;
	}
}

void memory_look_done(struct memory_look *l)
{
	free(l->list);
	*l = (struct memory_look){0};
}

struct group_use *memory_here(struct memory_look *l, const struct policy *p, const struct machine *m)
{
	struct resolved r;
	struct group_use *ret;

	if (!has_ceiling(p))
		return NULL;
	if (!l->listed)
		l->list = proc_here_list(&l->n);
	l->listed = true;
	ret = must_alloc(p->n_groups * sizeof(*ret));
	resolved_here(p, &r);
	all_judge(l, p, m, &r, ret);
	resolved_here_done(&r, p);
	return ret;
}
