/* A record of one process, filled in by whatever program has it at hand. */
#pragma once

#include "bpf/kernel_types.h"

#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/exe_file.h"
#include "bpf/task_record.h"

/* include/linux/sched.h; the same numbers as in proc_parse.c */
#define PF_EXITING  0x00000004
#define PF_KTHREAD  0x00200000
#define EXIT_DEAD   0x10
#define EXIT_ZOMBIE 0x20

/* As get_task_state() and proc_parse_stat() come to it. EXIT_TRACE is both bits, and shown as Z. */
static inline bool is_exiting(struct task_struct *task)
{
	int state = task->exit_state;
	bool ends = (state & EXIT_ZOMBIE) || (task->flags & PF_EXITING);

	return (ends && BPF_CORE_READ(task, signal, nr_threads) <= 1) || state == EXIT_DEAD;
}

static inline void exe_fill(struct task_record *r, struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct dentry *dentry;

	if (!file)
		return;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	if (exe_file_read(file, &r->exe_dev, &r->exe_ino))
		r->bits |= TASK_HAS_FILE;
	if (!exe_name_read(file, r->exe_name, sizeof(r->exe_name)))
		return;
	r->bits |= TASK_HAS_NAME;
	if (!BPF_CORE_READ(dentry, d_hash.pprev))
		r->bits |= TASK_EXE_DELETED;
}

static inline __u64 pid_ino_read(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;

	return bpf_core_field_exists(pid->ino) ? BPF_CORE_READ(pid, ino) : 0;
}

/* One of each hierarchy, in no order that means anything. Answers how many; 0: there are too many. */
static inline __u32 cgroups_walk(struct task_cgroup *to, struct css_set *set)
{
	const char *head = (const char *)set + bpf_core_field_offset(struct css_set, cgrp_links);
	const char *at = (const char *)BPF_CORE_READ(set, cgrp_links.next);
	__u32 n = 0;

	for (; n < TASK_CGROUPS && at != head; n++) {
		const struct cgrp_cset_link *link = (const void *)(at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link));
		const struct cgroup *cgroup = BPF_CORE_READ(link, cgrp);

		to[n].id = BPF_CORE_READ(cgroup, kn, id);
		to[n].hierarchy = (__u32)BPF_CORE_READ(cgroup, root, hierarchy_id);
		to[n].level = (__u32)BPF_CORE_READ(cgroup, level);
		at = (const char *)BPF_CORE_READ(link, cgrp_link.next);
	}
	return at == head ? n : 0;
}

/*
 * Not of one that begins to end: its set is what it was, while /proc shows it at the root of v1. Who is moved meanwhile has
 * another set after that, and the links of the first may be gone.
 */
static inline __u32 cgroups_fill(struct task_cgroup *to, struct task_struct *task)
{
	struct css_set *set = task->cgroups;
	__u32 n = (task->flags & PF_EXITING) ? 0 : cgroups_walk(to, set);

	return BPF_CORE_READ(task, cgroups) == set ? n : 0;
}

/* r is all zero. task is one that the verifier knows: its fields are loaded as they are, what they lead to is probed. */
static inline void task_fill(struct task_record *r, struct task_struct *task)
{
	r->pid = task->tgid;
	r->ppid = BPF_CORE_READ(task, real_parent, tgid);
	r->start_ns = task->start_boottime;
	/* Not the credentials that it acts with for a moment: the owner of /proc/PID is made from real_cred. */
	r->uid = BPF_CORE_READ(task, real_cred, euid.val);
	r->gid = BPF_CORE_READ(task, real_cred, egid.val);
	r->level = BPF_CORE_READ(task, thread_pid, level);
	r->bits = is_exiting(task) ? TASK_EXITING : 0;
	bpf_probe_read_kernel_str(r->comm, sizeof(r->comm), task->comm);
	exe_fill(r, task);
	r->pid_ino = pid_ino_read(task);
	r->n_cgroups = cgroups_fill(r->cgroups, task);
}
