/*
 * Every process, as records: the task iterator behind the full look. Command lines are not among them: what copies memory of
 * another process (bpf_copy_from_user_task()) would wait for the file system that such a page may be mapped from, FUSE
 * included. /proc/PID/cmdline reads anonymous memory only (FOLL_ANON).
 */
#include "bpf/kernel_types.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bpf/task_fill.h"

char licence[] SEC("license") = "Dual MIT/GPL";

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_record r = {0};

	/* NULL: after the last one */
	if (!task || task->pid != task->tgid || (task->flags & PF_KTHREAD))
		return 0;
	task_fill(&r, task);
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	return 0;
}
