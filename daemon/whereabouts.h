/*
 * Which paths the cgroups of a process have: by their numbers, as it tells them when it starts, and from its /proc/PID/cgroup
 * the first time that such a set of numbers is seen. For threads that place at once: services start their programs in few places.
 */
#pragma once

#include <cgq/facts.h>

struct whereabouts;
struct task_record;

/* Of sets of cgroups, so many are known; a power of two. In fewer places services start programs that rules name. */
#define WHEREABOUTS_OF_STARTS 64
/* In a full look, everybody's; where there are more, some are read from /proc. */
#define WHEREABOUTS_OF_ALL 1024

/* m is borrowed. A cgroup that is renamed (v1) is known by its old path as long as this lives. */
struct whereabouts *whereabouts_new(const struct machine *m, unsigned most);
void whereabouts_free(struct whereabouts *w);
/* FACT_CGROUP of f; false: not known, read it and let it be learnt. */
bool whereabouts_find(const struct whereabouts *w, const struct task_record *r, struct proc_facts *f);
/*
 * f says now what /proc/PID/cgroup said later than r was written. Kept only if each path leads to the cgroup of that number:
 * somebody may have moved it in between.
 */
void whereabouts_learn(struct whereabouts *w, const struct task_record *r, const struct proc_facts *f);
/*
 * The same in two steps, for the full look: the numbers are noted when everybody is listed, and paths are asked for of some only.
 * Answers the spot that this process is in, or 0: not known. Who is noted is never forgotten, so that not all have room.
 */
unsigned whereabouts_note(struct whereabouts *w, const struct task_record *r);
bool whereabouts_find_at(const struct whereabouts *w, unsigned spot, struct proc_facts *f);
/* True if it is that spot which f says now. To check that costs as much as reading: not done for one that is alone there. */
bool whereabouts_learn_at(struct whereabouts *w, unsigned spot, const struct proc_facts *f);
