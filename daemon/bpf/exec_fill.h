/* The record of a program that starts, filled in by the process itself. */
#pragma once

#include "bpf/task_fill.h"

#include "bpf/exec_record.h"

static inline __u64 pid_ino_read(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;

	return bpf_core_field_exists(pid->ino) ? BPF_CORE_READ(pid, ino) : 0;
}

/* One of each hierarchy, in no order that means anything. Answers how many; 0: there are too many. */
static inline __u32 cgroups_fill(struct exec_cgroup *to, struct task_struct *task)
{
	struct css_set *set = task->cgroups;
	const char *head = (const char *)set + bpf_core_field_offset(struct css_set, cgrp_links);
	const char *at = (const char *)BPF_CORE_READ(set, cgrp_links.next);
	__u32 n = 0;

	for (; n < EXEC_CGROUPS && at != head; n++) {
		const struct cgrp_cset_link *link = (const void *)(at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link));
		const struct cgroup *cgroup = BPF_CORE_READ(link, cgrp);

		to[n].id = BPF_CORE_READ(cgroup, kn, id);
		to[n].hierarchy = (__u32)BPF_CORE_READ(cgroup, root, hierarchy_id);
		to[n].level = (__u32)BPF_CORE_READ(cgroup, level);
		at = (const char *)BPF_CORE_READ(link, cgrp_link.next);
	}
	return at == head ? n : 0;
}

static inline void exec_fill(struct exec_record *r, struct task_struct *task, __u64 at_ns)
{
	r->end_ns = 0;
	r->begin_ns = at_ns;
	barrier();
	__builtin_memset(&r->task, 0, sizeof(r->task));
	task_fill(&r->task, task);
	r->pid_ino = pid_ino_read(task);
	r->n_cgroups = cgroups_fill(r->cgroups, task);
	barrier();
	r->end_ns = at_ns;
}
