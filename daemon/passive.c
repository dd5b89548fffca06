/* Groups that are measured by their members. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cgq/memory.h>

#include "passive.h"
#include "proc_usage.h"
#include "rate.h"

/* About 15 us for each: 500 a tick are 0.75 % of a CPU. More members are looked at every second, third … tick. */
#define MEMBERS_A_TICK 500

struct passive_group {
	char *path; /* NULL: not passive */
	uint64_t cpu_ticks; /* that its members used while we looked on: never goes backwards, whoever exits */
	struct counter memory_bytes, tasks;
	struct sample last;
	struct rates rates;
};

struct looked_at {
	pid_t pid;
	unsigned group;
	struct proc_usage usage;
};

struct passive {
	struct passive_group *groups; /* by index of the policy */
	size_t n;
	struct members *members;
	struct looked_at *last;	      /* sorted by pid */
	size_t n_last;
	uint64_t last_boot_ticks;     /* when last was looked at: a later start is a new process */
	unsigned ticks_to_wait;
};

struct passive *passive_new(void)
{
	return must_alloc(sizeof(struct passive));
}

static void groups_free(struct passive_group *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(groups[i].path);
	free(groups);
}

void passive_free(struct passive *p)
{
	if (!p)
		return;
	groups_free(p->groups, p->n);
	free(p->last);
	free(p);
}

static bool is_passive(const struct want *w, unsigned group)
{
	return !w->n || w->node_of_group[group] == UINT32_MAX;
}

void passive_follow(struct passive *p, const struct policy *policy, const struct want *w, struct members *members)
{
	struct passive_group *old = p->groups;
	size_t n_old = p->n;

	p->members = members;
	p->n = policy->n_groups;
	p->groups = must_alloc((p->n + 1) * sizeof(*p->groups));
	for (unsigned g = 0; g < p->n; g++)
		if (is_passive(w, g))
			p->groups[g] = (struct passive_group){ .path = must_strdup(policy->groups[g].path),
							       .rates = { .cpu_percent = -1, .throttled_percent = -1 } };
	for (size_t i = 0; i < n_old; i++) {
		unsigned g = old[i].path ? policy_group(policy, old[i].path) : GROUP_NONE;

		if (g == GROUP_NONE || !p->groups[g].path)
			continue;
		free(p->groups[g].path);
		p->groups[g] = old[i];
		old[i].path = NULL;
	}
	groups_free(old, n_old);
}

struct look {
	struct passive *p;
	struct looked_at *list;
	size_t n, cap;
};

static void collect_one(void *ctx, struct member *m)
{
	struct look *l = ctx;

	if (m->group >= l->p->n || !l->p->groups[m->group].path)
		return;
	array_grow(l->list, l->n, l->cap);
	l->list[l->n++] = (struct looked_at){ .pid = m->pid, .group = m->group, .usage.start_ticks = m->start_ticks };
}

static int compare_pid(const void *a, const void *b)
{
	pid_t x = ((const struct looked_at *)a)->pid, y = ((const struct looked_at *)b)->pid;

	return (x > y) - (x < y);
}

/* Members that are still there, with what they use now. */
static void look_at_members(struct passive *p, struct look *l)
{
	size_t n = 0;

	members_each(p->members, collect_one, l);
	for (size_t i = 0; i < l->n; i++) {
		struct looked_at one = l->list[i];

		if (proc_usage_read(one.pid, &one.usage) == 0 && one.usage.start_ticks == l->list[i].usage.start_ticks)
			l->list[n++] = one;
	}
	l->n = n;
	if (n)
		qsort(l->list, n, sizeof(*l->list), compare_pid);
}

/*
 * What one process used since the last look. One that came into the group in between has no share in it, unless it
 * also started in between; what a process used between the last look and its exit is lost.
 */
static uint64_t ticks_since(const struct passive *p, const struct looked_at *now)
{
	const struct looked_at *before =
		p->n_last ? bsearch(now, p->last, p->n_last, sizeof(*now), compare_pid) : NULL;

	if (before && before->usage.start_ticks == now->usage.start_ticks)
		return now->usage.cpu_ticks > before->usage.cpu_ticks ? now->usage.cpu_ticks - before->usage.cpu_ticks : 0;
	return p->last_boot_ticks && now->usage.start_ticks > p->last_boot_ticks ? now->usage.cpu_ticks : 0;
}

static void add_up(struct passive *p, const struct look *l)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t g = 0; g < p->n; g++)
		p->groups[g].memory_bytes = p->groups[g].tasks = (struct counter){ .known = true };
	for (size_t i = 0; i < l->n; i++) {
		struct passive_group *group = &p->groups[l->list[i].group];

		group->cpu_ticks += ticks_since(p, &l->list[i]);
		group->memory_bytes.value += l->list[i].usage.rss_pages * page_bytes;
		group->tasks.value += l->list[i].usage.threads;
	}
}

static void make_rates(struct passive *p, uint64_t at_ns, unsigned cpus)
{
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);

	for (size_t g = 0; g < p->n; g++) {
		struct passive_group *group = &p->groups[g];
		struct sample now = { .at_ns = at_ns, .cpu_ns = { true, group->cpu_ticks * tick_ns } };

		if (group->last.at_ns)
			rate_make(&group->last, &now, cpus, &group->rates);
		group->last = now;
	}
}

static uint64_t boot_ticks_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t); /* what start_ticks counts by */
	return ((uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec) / (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
}

void passive_tick(struct passive *p, uint64_t at_ns, unsigned cpus)
{
	struct look l = { .p = p };
	uint64_t boot_ticks = boot_ticks_now();

	if (!p->members || !p->n)
		return;
	if (p->ticks_to_wait) {
		p->ticks_to_wait--;
		return;
	}
	look_at_members(p, &l);
	add_up(p, &l);
	make_rates(p, at_ns, cpus);
	free(p->last);
	p->last = l.list;
	p->n_last = l.n;
	p->last_boot_ticks = boot_ticks;
	p->ticks_to_wait = (unsigned)(l.n / MEMBERS_A_TICK);
}

void passive_usage(const struct passive *p, unsigned group, struct rates *ret_rates, struct counter *ret_memory,
		   struct counter *ret_tasks)
{
	*ret_rates = (struct rates){ .cpu_percent = -1, .throttled_percent = -1 };
	*ret_memory = *ret_tasks = (struct counter){ 0 };
	if (group >= p->n || !p->groups[group].path)
		return;
	*ret_rates = p->groups[group].rates;
	*ret_memory = p->groups[group].memory_bytes;
	*ret_tasks = p->groups[group].tasks;
}

void passive_sum(const struct passive *p, double *ret_cpu_percent, uint64_t *ret_memory_bytes)
{
	*ret_cpu_percent = 0;
	*ret_memory_bytes = 0;
	for (size_t g = 0; g < p->n; g++) {
		if (p->groups[g].rates.cpu_percent > 0)
			*ret_cpu_percent += p->groups[g].rates.cpu_percent;
		*ret_memory_bytes += p->groups[g].memory_bytes.value;
	}
}
