/* CPU and memory of groups that have no cgroup, by looking at their members. */
#pragma once

#include <cgq/sample.h>
#include <cgq/want.h>

#include "members.h"

struct passive;

struct passive *passive_new(void);
void passive_free(struct passive *p);
/* Which groups of the policy are passive: those without a node. Totals of those that stay are kept. */
void passive_follow(struct passive *p, const struct policy *policy, const struct want *w, struct members *members);
/* cpus: of the machine. */
void passive_tick(struct passive *p, uint64_t at_ns, unsigned cpus);
/* ret_tasks: processes and threads together. */
void passive_usage(const struct passive *p, unsigned group, struct rates *ret_rates, struct counter *ret_memory,
		   struct counter *ret_tasks);
/* Of all passive groups together. */
void passive_sum(const struct passive *p, double *ret_cpu_percent, uint64_t *ret_memory_bytes);
