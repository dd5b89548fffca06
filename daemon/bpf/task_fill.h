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
}
