/* When processes called exec, came into a cgroup and ended, by the kernel's own tracepoints. */
#include "bpf/kernel_types.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "observer_record.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} records SEC(".maps");

/* Of whom it is told: names, and cgroups that they come into, that begin so. */
const volatile char name_begins[TASK_COMM_BYTES];
const volatile char cgroup_begins[OBSERVED_TEXT_BYTES];

__u64 lost;

char licence[] SEC("license") = "Dual MIT/GPL";

/* size: of both; a beginning ends with a NUL before that. */
static bool begins(const char *text, const volatile char *beginning, unsigned size)
{
	for (unsigned i = 0; i < size && beginning[i]; i++)
		if (text[i] != beginning[i])
			return false;
	return true;
}

static bool is_ours(struct task_struct *task)
{
	char comm[TASK_COMM_BYTES];

	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	return begins(comm, name_begins, sizeof(comm));
}

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
	struct observed_record *r = is_ours(task) ? record_begin(task, OBSERVED_EXEC) : NULL;

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
	char text[OBSERVED_TEXT_BYTES];
	struct observed_record *r;

	bpf_probe_read_kernel_str(text, sizeof(text), path);
	r = begins(text, cgroup_begins, sizeof(text)) ? record_begin(task, OBSERVED_PLACED) : NULL;
	if (!r)
		return 0;
	__builtin_memcpy(r->text, text, sizeof(text));
	r->hierarchy = (__u32)BPF_CORE_READ(to, root, hierarchy_id);
	record_end(r);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(const __u64 *args)
{
	struct task_struct *task = (void *)args[0];
	struct observed_record *r;

	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) || !is_ours(task))
		return 0;
	r = record_begin(task, OBSERVED_ENDED);
	if (r)
		record_end(r);
	return 0;
}
