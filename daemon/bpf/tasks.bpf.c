/* Every process, as records: the task iterator behind the full look. */
#include "bpf/kernel_types.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/task_record.h"

/* include/linux/sched.h; the same numbers as in proc_parse.c */
#define PF_EXITING  0x00000004
#define PF_KTHREAD  0x00200000
#define EXIT_DEAD   0x10
#define EXIT_ZOMBIE 0x20

char licence[] SEC("license") = "Dual MIT/GPL";

/*
 * File systems whose stat(2) shows the inode's own number and the superblock's own device (generic_fillattr(), from 5.x to
 * 6.18). overlayfs, btrfs, bcachefs and some of the network show others: what is not listed is left to /proc.
 */
static bool stat_shows_inode(unsigned long magic)
{
	switch (magic) {
	case 0xef53:	 /* ext2, ext3, ext4 */
	case 0x58465342: /* xfs */
	case 0x01021994: /* tmpfs, memfd */
	case 0x858458f6: /* ramfs */
	case 0x73717368: /* squashfs */
	case 0xe0f5e1e2: /* erofs */
	case 0xf2f52010: /* f2fs */
		return true;
	default:
		return false;
	}
}

/* As get_task_state() and proc_parse_stat() come to it. EXIT_TRACE is both bits, and shown as Z. */
static bool is_exiting(struct task_struct *task)
{
	int state = task->exit_state;
	bool ends = (state & EXIT_ZOMBIE) || (task->flags & PF_EXITING);

	return (ends && BPF_CORE_READ(task, signal, nr_threads) <= 1) || state == EXIT_DEAD;
}

/*
 * d_path() begins with the name of the last dentry, unless that is the root of its mount, which is named after the place it
 * is mounted on, or has no parent (a memfd), where its file system makes the text up.
 */
static void name_read(struct task_record *r, struct vfsmount *mount, struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	long n;

	if (dentry == BPF_CORE_READ(mount, mnt_root) || dentry == BPF_CORE_READ(dentry, d_parent))
		return;
	n = bpf_probe_read_kernel_str(r->exe_name, sizeof(r->exe_name), name);
	/* one that fills it may have been cut */
	if (n <= 0 || n >= (long)sizeof(r->exe_name))
		return;
	r->bits |= TASK_HAS_NAME;
	if (!BPF_CORE_READ(dentry, d_hash.pprev))
		r->bits |= TASK_EXE_DELETED;
}

static void exe_read(struct task_record *r, struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct dentry *dentry;
	struct super_block *sb;

	if (!file)
		return;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	sb = BPF_CORE_READ(dentry, d_inode, i_sb);
	name_read(r, BPF_CORE_READ(file, f_path.mnt), dentry);
	if (!stat_shows_inode(BPF_CORE_READ(sb, s_magic)))
		return;
	r->exe_dev = BPF_CORE_READ(sb, s_dev);
	r->exe_ino = BPF_CORE_READ(dentry, d_inode, i_ino);
	r->bits |= TASK_HAS_FILE;
}

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_record r = {0};

	/* NULL: after the last one */
	if (!task || task->pid != task->tgid || (task->flags & PF_KTHREAD))
		return 0;
	r.pid = task->tgid;
	r.ppid = BPF_CORE_READ(task, real_parent, tgid);
	r.start_ns = task->start_boottime;
	/* Not the credentials that it acts with for a moment: the owner of /proc/PID is made from real_cred. */
	r.uid = BPF_CORE_READ(task, real_cred, euid.val);
	r.gid = BPF_CORE_READ(task, real_cred, egid.val);
	r.level = BPF_CORE_READ(task, thread_pid, level);
	r.bits = is_exiting(task) ? TASK_EXITING : 0;
	bpf_probe_read_kernel_str(r.comm, sizeof(r.comm), task->comm);
	exe_read(&r, task);
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	return 0;
}
