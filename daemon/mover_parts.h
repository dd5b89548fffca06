/* What the files of the mover share; nobody else includes it. */
#pragma once

#include "mover.h"
#include "proc.h"
#include "strmap.h"

struct mover {
	struct kernel *kernel;
	const struct machine *machine;
	struct proc *proc;    /* NULL: /proc cannot be opened, and nothing is moved */
	struct strmap kept[HIERARCHIES_MAX]; /* by hierarchy: a path to its descriptor */
	unsigned n_kept, kept_max;	      /* in all of them */
	bool forgets_affinity;/* the kernel does: see affinity_is_forgotten() */
	struct own_place *own; /* NULL until the first touch */
	void (*moving)(void *ctx, bool moving); /* NULL: nobody is told */
	void *ctx;
};

void own_place_free(struct own_place *p);

/*
 * Writes pid to the cgroup.procs of path. 0 or -errno as the kernel gave it. A kept descriptor whose cgroup is gone
 * is opened again, once: the cgroup may have been made anew.
 */
int procs_write(struct mover *v, unsigned hierarchy, const char *path, pid_t pid);
/* The same for the nearest ancestor that takes it, path itself first. *ret_len: so many bytes of path name it, 0: the root. */
int procs_write_upwards(struct mover *v, unsigned hierarchy, const char *path, pid_t pid, size_t *ret_len);
void procs_forget(struct mover *v);

/* A process that was found to be the right one, and is held: as long as it is alive, its pid is its own. */
struct target {
	int pidfd;
	struct proc_facts facts; /* FACT_STAT */
};

/* 0; -ESRCH: there is no such process (any more); or -errno with e. start_ticks 0: whoever has the pid now. */
int target_hold(struct mover *v, pid_t pid, uint64_t start_ticks, struct target *ret, struct err *e);
/* The same by all that is known of it: where that is the inode of its pidfds, nothing is asked of /proc. */
int target_hold_known(struct mover *v, const struct proc_facts *f, struct target *ret, struct err *e);
void target_done(struct target *t);
bool target_is_alive(const struct target *t);
/* Its parent has taken note, so that its pid may be another's by now. */
bool target_is_reaped(const struct target *t);

/* Who is directly in a cgroup. All-zero: nobody. free(list). */
struct pids {
	pid_t *list;
	size_t n, cap;
	size_t foreign; /* shown as 0: in a pid namespace that is not below ours */
};

/* Replaces what stands in ret. A cgroup that is gone holds nobody. */
int mover_pids_read(struct mover *v, unsigned hierarchy, const char *path, struct pids *ret, struct err *e);

/* Where a pid was written to. */
struct written {
	uint32_t hierarchies; /* bit per hierarchy */
	const char *paths[HIERARCHIES_MAX];
	size_t lens[HIERARCHIES_MAX]; /* so much of the path; 0: the root */
};

/* True if one of its threads is in that cgroup. */
bool process_is_in(struct mover *v, pid_t pid, unsigned hierarchy, const char *path, size_t len);
/* Whoever has the pid of a process that is gone, and was moved in its place, goes back to where its parent is. */
void stranger_put_back(struct mover *v, pid_t pid, const struct written *w, struct err *e);

/* What threads were bound to (sched_setaffinity(2)) before something happens to their cpuset. All-zero: nothing. */
struct affinities {
	struct bound *list;
	size_t n, cap;
};

/* Before Linux 6.2, a thread that changes its cpuset may run on all of the new one, whatever it was bound to. */
bool affinity_is_forgotten(void);
/* Adds the bound threads of one process, where the hierarchy has the cpuset controller and the kernel forgets. */
void affinities_note(struct mover *v, unsigned hierarchy, pid_t pid, struct affinities *ret);
/* Binds those again that got CPUs they had not asked for, and empties the list. */
void affinities_restore(struct affinities *a);

/* What a refusal of the kernel means, "the cpuset has no CPUs or no memory nodes". */
const char *mover_why(int error, int version);
/* "cpu,cpuacct", or "unified" */
void mover_hierarchy_name(const struct hierarchy *h, char *buf, size_t size);
