/* Placed before it runs: a process that is about to exec is judged as if it had. */
#include "place.h"

#include <stdio.h>
#include <string.h>

#include <cgq/memory.h>

#include "classify.h"

/* From the answer to the exec's end there are some reads of the file, which a busy disk may hold up. */
#define AHEAD_NS UINT64_C(1000000000)

bool place_is_own(const struct placer *p, pid_t pid)
{
	return pid == p->self || (p->helpers && helpers_have(p->helpers, pid));
}

bool place_is_ahead(const struct member *one)
{
	return one && one->ahead_ns && one->group != GROUP_NONE && placer_now_ns() < one->ahead_ns + AHEAD_NS;
}

void place_land(struct member *one, const struct verdict *v)
{
	if (one->ahead_ns)
		one->journaled = false;
	if (one->ahead_ns && v->kind != VERDICT_RULE)
		one->rule_key = one->before_key;
	one->ahead_ns = 0;
}

struct member *place_entry(struct placer *p, const struct proc_facts *f)
{
	struct member *one = members_find(p->members, f->pid);

	if (one && !member_is(one, f->start_ticks)) {
		members_drop(p->members, f->pid);
		one = NULL;
	}
	return one;
}

/* Arguments and environment are still those of what it runs now. */
static void expect(struct proc_facts *f, uint64_t dev, uint64_t ino, const char *name)
{
	f->exe_dev = dev;
	f->exe_ino = ino;
	f->exe_name = must_strdup(name);
	snprintf(f->comm, sizeof(f->comm), "%s", name);
	f->known |= FACT_BIT(FACT_STAT) | FACT_BIT(FACT_FILE) | FACT_BIT(FACT_EXE);
	f->failed |= FACT_BIT(FACT_ARGS) | FACT_BIT(FACT_TAG);
}

static void judge_ahead(struct placer *p, struct proc_facts *f, const struct member *one, struct verdict *ret)
{
	struct facts_reader reader = placer_reader(p);
	struct standing s = {
		.parent_group = place_kept_by(p, members_find(p->members, f->ppid)),
		.current_group = place_kept_by(p, one),
	};

	place_pinned(p, f, &s);
	classify(p->policy, p->resolved, f, &reader, &s, NULL, ret);
	place_forbid(p, f, ret);
}

/* Where it belonged before, if the exec fails; of one that was to exec before and did not, where it did before that. */
static void note_ahead(struct placer *p, pid_t pid, const struct member *before)
{
	struct member *one = members_find(p->members, pid);

	if (!one || (one->group == before->group && !before->ahead_ns))
		return;
	one->ahead_ns = placer_now_ns();
	one->before_group = before->ahead_ns ? before->before_group : before->group;
	one->before_key = before->ahead_ns ? before->before_key : before->rule_key;
	/* At once: should we be killed before the exec, nobody else knows that it was to come. */
	one->journaled = false;
	place_journal(p, one);
	origin_store_flush(p->origins);
}

void placer_before_exec(struct placer *p, pid_t pid, uint64_t at_ns, uint64_t dev, uint64_t ino, const char *name)
{
	struct member before = {.group = GROUP_NONE};
	struct proc_facts f = {.pid = pid};
	const struct member *one;
	struct verdict v = {0};

	if (!place_is_own(p, pid) && proc_read(p->proc, &f, FACT_STAT) == 0 && !f.exiting && !place_is_younger(&f, at_ns)) {
		one = place_entry(p, &f);
		if (one)
			before = *one;
		expect(&f, dev, ino, name);
		judge_ahead(p, &f, one, &v);
		if (v.kind == VERDICT_RULE && p->policy->groups[v.group].strict) {
			place_put(p, &f, &v);
			note_ahead(p, pid, &before);
		}
	}
	proc_facts_done(&f);
}
