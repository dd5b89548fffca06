/* The record of a program that starts, filled in by the process itself. */
#pragma once

#include "bpf/task_fill.h"

#include "bpf/exec_record.h"

static inline void exec_fill(struct exec_record *r, struct task_struct *task, __u64 at_ns)
{
	r->end_ns = 0;
	r->begin_ns = at_ns;
	barrier();
	__builtin_memset(&r->task, 0, sizeof(r->task));
	task_fill(&r->task, task);
	barrier();
	r->end_ns = at_ns;
}
