/* What a program that starts is like, told to the thread that places at once on its CPU: as the filter writes it and that reads it. */
#pragma once

#include "bpf/task_record.h"

/* There are 14 controllers, and one hierarchy each at most, apart from those that have a name only. */
#define EXEC_CGROUPS 16

/* Of each CPU the last few, by pid: a thread waits for a grace period at most, some 10 ms, while more start. */
#define EXEC_SLOTS 16
#define EXEC_SLOT(cpu, pid) ((cpu) * EXEC_SLOTS + (pid) % EXEC_SLOTS)

struct exec_cgroup {
	__u64 id;
	__u32 hierarchy; /* its number */
	__u32 level;	 /* 0: the root */
};

struct exec_record {
	__u64 begin_ns; /* the event's stamp, written first */
	__u64 pid_ino;	/* of its pidfds; 0: not known */
	struct task_record task;
	struct exec_cgroup cgroups[EXEC_CGROUPS];
	__u32 n_cgroups; /* 0: not known */
	__u32 zero;
	__u64 end_ns; /* the same stamp, written last: if not, a later one is being written over it */
};
