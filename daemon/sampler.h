/* Counters of every cgroup of ours and of everything outside, through kept descriptors. */
#pragma once

#include <cgq/sample.h>
#include <cgq/want.h>

#include "hits.h"
#include "kernel.h"
#include "members.h"

struct sampler;

struct sampler *sampler_new(struct kernel *k, const struct machine *m);
void sampler_free(struct sampler *s);
/* After an apply: which cgroups there are, and which groups are passive and measured by their members' /proc/PID/stat. Counters of what stays are kept. */
void sampler_follow(struct sampler *s, const struct machine *m, const struct policy *p, const struct want *w, struct members *members);
/* Once a second: CPU counters; what was run into every other time, of what has used CPU since. at_ns is CLOCK_MONOTONIC. */
void sampler_tick(struct sampler *s, uint64_t at_ns);
/* told is called by the tick: a cgroup, by its path below the tree, has run into something so many times more. */
void sampler_on_hits(struct sampler *s, void (*told)(void *ctx, const char *path, enum hit what, uint64_t count), void *ctx);
/* node: index into want->nodes. What it has run into since it is watched; unknown where the kernel does not count. */
void sampler_hits(const struct sampler *s, unsigned node, struct counter ret[HIT__COUNT]);

/*
 * Whether each write to a file of a cgroup of ours is told by the two below, as soon as it was done and the file closed: then
 * nothing is read again of a cgroup that used no CPU and where nothing was written, but in its turn. Said before each question;
 * until then everything is read.
 */
void sampler_watched(struct sampler *s, bool all_seen);
void sampler_told_move(struct sampler *s);  /* of processes into any of them */
void sampler_told_write(struct sampler *s); /* to any other file of any of them; or any was made, removed, renamed */

/*
 * Negative or !known: unknown. CPU over the last second, by the last tick. All else as it is at the question; but where a cgroup
 * used no CPU up to the last tick as it was then, or up to 10 s sooner if somebody outside changed it without a word.
 */
struct usage_limit { /* a struct value that is never a list: a tenth of it */
	enum value_kind kind;
	uint64_t number, period;
};

struct usage {
	struct rates rates;
	struct counter procs;	       /* directly in this cgroup; not those of its children */
	struct counter memory_bytes;
	struct counter tasks;	       /* processes and threads; of passive groups only */
	struct counter io_bytes_per_second;
	double pressure_percent;       /* v2 cpu.pressure some avg10; negative: unknown */
	struct usage_limit weight, quota, memory_max; /* as read back */
};

struct value usage_value(const struct usage_limit *l);
/* node: index into want->nodes. */
void sampler_usage(struct sampler *s, unsigned node, struct usage *ret);
/* A passive group, by index of the policy: CPU and memory of its own members; the processes are the members'. */
void sampler_usage_passive(struct sampler *s, unsigned group, struct usage *ret);
/* The machine less the tree and less the passive groups; in_groups: the processes counted there. */
void sampler_usage_outside(struct sampler *s, uint64_t in_groups, struct usage *ret);
