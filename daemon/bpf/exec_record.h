/* What a program that starts is like, told to the thread that places at once on its CPU: as the filter writes it and that reads it. */
#pragma once

#include "bpf/task_record.h"

/* Of each CPU the last few, by pid: a thread waits for a grace period, some 10 ms, or rests for 5, while more start. */
#define EXEC_SLOTS 64
#define EXEC_SLOT(cpu, pid) ((cpu) * EXEC_SLOTS + (pid) % EXEC_SLOTS)

struct exec_record {
	__u64 begin_ns; /* the event's stamp, written first */
	struct task_record task;
	__u64 end_ns; /* the same stamp, written last: if not, a later one is being written over it */
};
