/* When processes called exec, came into a cgroup and ended, by the kernel's own tracepoints. */
#include "bpf/kernel_types.h"

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "observer_record.h"

struct cgroup_root {
	int hierarchy_id;
} KERNEL_TYPE;

struct cgroup {
	struct cgroup_root *root;
} KERNEL_TYPE;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} records SEC(".maps");

__u64 lost;

char licence[] SEC("license") = "Dual MIT/GPL";

static struct observed_record *record_begin(struct task_struct *task, __u32 what)
{
	struct observed_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	*r = (struct observed_record){.at_ns = bpf_ktime_get_ns(), .what = what, .pid = BPF_CORE_READ(task, tgid)};
	return r;
}

/* Nobody is woken: who measures must not be on a CPU meanwhile. */
static void record_end(struct observed_record *r)
{
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/* task, its pid before, the program */
SEC("tp_btf/sched_process_exec")
int on_exec(const __u64 *args)
{
	struct task_struct *task = (void *)args[0];
	struct observed_record *r = record_begin(task, OBSERVED_EXEC);

	if (!r)
		return 0;
	BPF_CORE_READ_STR_INTO(&r->text, task, comm);
	record_end(r);
	return 0;
}

/* After the move, in the context of who asked for it: the cgroup, its path, task, whether all its threads */
SEC("tp_btf/cgroup_attach_task")
int on_placed(const __u64 *args)
{
	struct cgroup *to = (void *)args[0];
	const char *path = (void *)args[1];
	struct task_struct *task = (void *)args[2];
	struct observed_record *r = record_begin(task, OBSERVED_PLACED);

	if (!r)
		return 0;
	r->hierarchy = (__u32)BPF_CORE_READ(to, root, hierarchy_id);
	bpf_probe_read_kernel_str(r->text, sizeof(r->text), path);
	record_end(r);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(const __u64 *args)
{
	struct task_struct *task = (void *)args[0];
	struct observed_record *r;

	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid))
		return 0;
	r = record_begin(task, OBSERVED_ENDED);
	if (r)
		record_end(r);
	return 0;
}
