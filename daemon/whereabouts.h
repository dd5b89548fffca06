/*
 * Which paths the cgroups of a process have: by their numbers, as it tells them when it starts, and from its /proc/PID/cgroup
 * the first time that such a set of numbers is seen. For threads that place at once: services start their programs in few places.
 */
#pragma once

#include <cgq/facts.h>

struct whereabouts;
struct exec_record;

/* m is borrowed. A cgroup that is renamed (v1) is known by its old path as long as this lives. */
struct whereabouts *whereabouts_new(const struct machine *m);
void whereabouts_free(struct whereabouts *w);
/* FACT_CGROUP of f; false: not known, read it and let it be learnt. */
bool whereabouts_find(const struct whereabouts *w, const struct exec_record *r, struct proc_facts *f);
/*
 * f says now what /proc/PID/cgroup said later than r was written. Kept only if each path leads to the cgroup of that number:
 * somebody may have moved it in between.
 */
void whereabouts_learn(struct whereabouts *w, const struct exec_record *r, const struct proc_facts *f);
