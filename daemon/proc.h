/* Looks at /proc. */
#pragma once

#include <cgq/err.h>
#include <cgq/facts.h>

struct delegation_asker;

/* Kept descriptors and buffers for looking at many processes; proc_root is "/proc". */
struct proc;
struct tasks;
struct turns;

struct proc *proc_new(const struct machine *m, struct err *e);
void proc_free(struct proc *p);

/* A reader for classify(): its ctx is p. */
struct facts_reader proc_reader(struct proc *p);
int proc_read(struct proc *p, struct proc_facts *f, enum fact what);
/* The process that a thread belongs to: 0 or -errno. */
int proc_of_thread(struct proc *p, pid_t thread, pid_t *ret);
/* From now on the scan asks it first; borrowed. NULL: /proc only. */
void proc_scan_by(struct proc *p, struct tasks *t);
/* The scan lets others have their turn; borrowed. NULL: nobody waits. */
void proc_scan_turns(struct proc *p, struct turns *t);
/* Every process, FACT_STAT read, in ascending order of pid; kernel threads and zombies left out. The array and what is in it belong to the caller. */
int proc_scan(struct proc *p, struct proc_facts **ret, size_t *ret_n, struct err *e);
/* On v1, marks that we cannot see are asked of a; borrowed. NULL: we see them. */
void proc_delegation_by(struct proc *p, struct delegation_asker *a);
/* Why nobody may place processes of this cgroup (user.delegate on it or above it), or NULL. */
const char *proc_delegation(struct proc *p, const char *mount, const char *path);
