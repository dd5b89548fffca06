/*
 * Which process events reach the daemon: run by the kernel on every message, in the process that it is about, before
 * anybody is woken. See daemon/event_filter.h for the law that it keeps.
 */
#include "bpf/kernel_types.h"

#include <linux/bpf.h>
#include <linux/cn_proc.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/event_filter_shared.h"
#include "bpf/exe_file.h"
#include "bpf/exec_fill.h"

#define PASS 0xffffffffU
#define DROP 0U

/* A netlink header and a connector's stand before the event. */
#define EVENT_AT (16 + 20)

/* Of argv[0], so much is looked at; it is a path and a name. */
#define ARGV0_BYTES 128

char licence[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_WATCHED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct filter_watched);
} watched SEC(".maps");

/* By the daemon: the process was judged after that event was told of it, and is of no interest until another is. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_WATCHED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} dismissed SEC(".maps");

/* By child: who forked it, where the event calls another its parent (CLONE_PARENT). The daemon asks soon: few are enough. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FILTER_FORKERS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} forkers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_VALUES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct filter_name);
	__type(value, __u32);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_VALUES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct filter_file);
	__type(value, __u32);
} files SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_VALUES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct filter_id);
	__type(value, __u32);
} ids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_state);
} states SEC(".maps");

/*
 * Not 0: somebody could not be watched for want of room, so that everything passes until the next round. Its own, since the
 * daemon writes the state as a whole.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} shortage SEC(".maps");

/* By CPU: the cookie of the socket that is told of the programs that start there; 0: none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FILTER_CPUS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} exec_sockets SEC(".maps");

struct exec_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, FILTER_RING_BYTES);
};

/* The same for many CPUs: the ring that is told of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FILTER_CPUS_MAX);
	__type(key, __u32);
	__array(values, struct exec_ring);
} exec_rings SEC(".maps");

/* As many for each CPU as EXEC_SLOTS: the daemon knows how many there are, and reads them where they are. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EXEC_SLOTS);
	__type(key, __u32);
	__type(value, struct exec_record);
} execs SEC(".maps");

/* struct proc_event without its union, and what we need of that. */
struct event {
	__u32 what, cpu;
	__u64 at_ns;
	__u32 data[4];
};

static bool tells_everything(const struct filter_state *s)
{
	const __u32 first = 0;
	__u32 *is_short = bpf_map_lookup_elem(&shortage, &first);

	return s->everything || (is_short && *is_short);
}

static void watch(const struct filter_state *s, __u32 pid, __u64 at_ns)
{
	struct filter_watched one = {.told_ns = at_ns, .round = s->round};
	const __u32 first = 0;
	__u32 *is_short;

	if (bpf_map_update_elem(&watched, &pid, &one, BPF_ANY) == 0)
		return;
	is_short = bpf_map_lookup_elem(&shortage, &first);
	if (is_short)
		*is_short = 1;
}

static bool is_watched(__u32 pid)
{
	struct filter_watched *one = bpf_map_lookup_elem(&watched, &pid);
	__u64 *judged_ns;

	if (!one)
		return false;
	judged_ns = bpf_map_lookup_elem(&dismissed, &pid);
	return !judged_ns || *judged_ns != one->told_ns;
}

static bool name_wanted(const struct filter_name *name, __u32 when)
{
	__u32 *bits = bpf_map_lookup_elem(&names, name);

	return bits && (*bits & when);
}

static bool id_wanted(__u32 kind, __u32 number, __u32 when)
{
	struct filter_id id = {kind, number};
	__u32 *bits = bpf_map_lookup_elem(&ids, &id);

	return bits && (*bits & when);
}

/* True too where it cannot be told, here and below. */
static bool file_wanted(struct file *exe)
{
	struct filter_file key = {0};

	if (!exe_file_read(exe, &key.dev, &key.ino))
		return true;
	return bpf_map_lookup_elem(&files, &key) != NULL;
}

static bool exe_name_wanted(struct file *exe, struct filter_name *name)
{
	if (!exe_name_read(exe, name->text, sizeof(name->text)))
		return true;
	return name_wanted(name, FILTER_AT_EXEC);
}

/*
 * What a character is, from a table, and sums instead of branches: the verifier walks every path through a loop, takes a mask
 * of all bits or none for two paths, and gives up after a million steps.
 */
enum { IN_VERSION = 1, IN_SENTENCE = 2, IS_SLASH = 4 };

static const __u8 characters[256] = {
	[0] = IN_VERSION,   ['0' ... '9'] = IN_VERSION, ['.'] = IN_VERSION, ['-'] = IN_VERSION,
	[' '] = IN_SENTENCE, [':'] = IN_SENTENCE,	['/'] = IS_SLASH,
};

/*
 * May it run a script of a wanted name? "python3.11" is "python", as interpreter_find() in script_name.c has it. option: the
 * letter of the first argument where that is just one.
 */
static bool runs_script(const struct filter_name *name, char option)
{
	struct filter_name bare;
	__u8 in_name = 0;

	for (int i = FILTER_NAME_BYTES - 1; i >= 0; i--) {
		__u8 c = (__u8)name->text[i];

		in_name |= ~characters[c] & IN_VERSION;
		bare.text[i] = (char)(c * in_name);
	}
	if (!name_wanted(&bare, FILTER_INTERPRETER))
		return false;
	return !(option == 'c' && name_wanted(&bare, FILTER_C_IS_CODE)) &&
	       !(option == 'e' && name_wanted(&bare, FILTER_E_IS_CODE));
}

/*
 * Its base name, where it is no sentence: titles, options and blanks are for proc_args.c. option: "c" of a first argument
 * "-c". False: cannot be told.
 */
static bool argv0_read(struct mm_struct *mm, struct filter_name *name, char *option)
{
	char first[3] = "";
	unsigned long start = BPF_CORE_READ(mm, arg_start);
	char text[ARGV0_BYTES] = "";
	__u32 at = 0;
	__u8 all = 0;
	long n;

	if (start == BPF_CORE_READ(mm, arg_end))
		return true; /* there is none: an empty name */
	n = bpf_probe_read_user_str(text, sizeof(text), (const void *)start);
	if (n <= 0 || n >= ARGV0_BYTES || text[0] == '-')
		return false;
	if (bpf_probe_read_user(first, sizeof(first), (const void *)(start + (unsigned long)n)) == 0 && first[0] == '-' &&
	    first[2] == '\0')
		*option = first[1];
	for (__u32 i = 0; i < ARGV0_BYTES; i++) {
		__u8 is = characters[(__u8)text[i]];

		all |= is;
		at += is / IS_SLASH * (i + 1 - at);
	}
	if (all & IN_SENTENCE)
		return false;
	n = bpf_probe_read_kernel_str(name->text, sizeof(name->text), (const char *)text + (at & (ARGV0_BYTES - 1)));
	return n > 0 && n < FILTER_NAME_BYTES;
}

static bool names_wanted(struct task_struct *task, struct mm_struct *mm, struct file *exe)
{
	struct filter_name comm = {0}, name = {0}, argv0 = {0};
	char option = '\0';

	bpf_probe_read_kernel_str(comm.text, sizeof(task->comm), task->comm);
	if (name_wanted(&comm, FILTER_AT_EXEC) || exe_name_wanted(exe, &name) || !argv0_read(mm, &argv0, &option))
		return true;
	return name_wanted(&argv0, FILTER_AT_EXEC) || runs_script(&name, option) || runs_script(&argv0, option);
}

/* By what it is now: a value that a rule names? */
static bool values_wanted(const struct filter_state *s)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *exe = BPF_CORE_READ(mm, exe_file);

	if (!exe)
		return true;
	if (s->has_ids && (id_wanted(FILTER_USER, BPF_CORE_READ(task, real_cred, euid.val), FILTER_AT_EXEC) ||
			      id_wanted(FILTER_GROUP, BPF_CORE_READ(task, real_cred, egid.val), FILTER_AT_EXEC)))
		return true;
	return (s->has_files && file_wanted(exe)) || (s->has_names && names_wanted(task, mm, exe));
}

/* Spares the thread looks at /proc; one that finds none of that stamp looks there. */
static void record(__u32 cpu, const struct event *ev)
{
	__u32 slot = EXEC_SLOT(cpu, ev->data[1]);
	struct exec_record *r = bpf_map_lookup_elem(&execs, &slot);

	if (r)
		exec_fill(r, bpf_get_current_task_btf(), ev->at_ns);
}

/*
 * To the thread of this CPU, which the kernel wakes by an interrupt of this CPU: before the program runs. A process tells of its
 * own exec; what somebody sent in its name is left to the daemon, which knows senders.
 */
static void ring_tell(const struct event *ev)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct filter_exec one = {.at_ns = ev->at_ns, .pid = ev->data[1]};
	__u32 cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&exec_rings, &cpu);

	if (!ring || BPF_CORE_READ(task, tgid) != (int)one.pid)
		return;
	record(cpu, ev);
	bpf_ringbuf_output(ring, &one, sizeof(one), 0);
}

static bool exec_wanted(const struct filter_state *s, const struct event *ev)
{
	bool wanted;

	if (s->every_exec && !s->has_rings)
		return true;
	wanted = values_wanted(s);
	if (wanted && s->has_rings)
		ring_tell(ev);
	return wanted || s->every_exec;
}

static bool comm_wanted(const struct filter_state *s, struct __sk_buff *skb)
{
	struct filter_name name = {0};

	if (s->every_change_of_name)
		return true;
	if (bpf_skb_load_bytes(skb, EVENT_AT + 16 + 8, name.text, 16) < 0)
		return true;
	name.text[15] = '\0';
	return name_wanted(&name, FILTER_AT_CHANGE);
}

/* Of a watched process everything is told; else what a rule may want, and then it is watched from here on. */
static __u32 told_of(const struct filter_state *s, const struct event *ev, bool wanted)
{
	__u32 pid = ev->data[1];

	if (!wanted && !is_watched(pid) && !tells_everything(s))
		return DROP;
	watch(s, pid, ev->at_ns);
	return PASS;
}

/* The child of a watched process is born where that is, whoever is its parent. 0: the event says it all. */
static __u32 watched_forker(__u32 parent)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 forker = (__u32)BPF_CORE_READ(task, tgid);

	return forker != parent && is_watched(forker) ? forker : 0;
}

static __u32 forked(const struct filter_state *s, const struct event *ev)
{
	__u32 parent = ev->data[1], child = ev->data[3], forker;

	if (ev->data[2] != child)
		return DROP; /* a thread */
	forker = watched_forker(parent);
	if (!forker && !is_watched(parent) && !s->every_fork && !tells_everything(s))
		return DROP;
	if (forker)
		bpf_map_update_elem(&forkers, &child, &forker, BPF_ANY);
	else
		bpf_map_delete_elem(&forkers, &child);
	watch(s, child, ev->at_ns);
	return PASS;
}

/*
 * Of a process: its last thread has ended, whichever that is. Nobody else's event forgets one, since anyone with
 * CAP_NET_ADMIN may send what looks like this.
 */
static __u32 exited(const struct filter_state *s, const struct event *ev)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 pid = ev->data[1];
	bool told;

	if (BPF_CORE_READ(task, tgid) != (int)pid)
		return PASS;
	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return DROP;
	told = is_watched(pid) || tells_everything(s);
	bpf_map_delete_elem(&watched, &pid);
	bpf_map_delete_elem(&dismissed, &pid);
	return told ? PASS : DROP;
}

SEC("socket")
int event_filter(struct __sk_buff *skb)
{
	const __u32 first = 0;
	const struct filter_state *s = bpf_map_lookup_elem(&states, &first);
	struct event ev;
	__u32 pid;

	if (!s || bpf_skb_load_bytes(skb, EVENT_AT, &ev, sizeof(ev)) < 0)
		return PASS; /* none of the kernel's: counted as forged */
	pid = ev.data[1];
	switch (ev.what) {
	case PROC_EVENT_FORK:
		return forked(s, &ev);
	case PROC_EVENT_EXIT:
		return exited(s, &ev);
	case PROC_EVENT_EXEC:
		return ev.data[0] != pid ? DROP : told_of(s, &ev, exec_wanted(s, &ev));
	case PROC_EVENT_UID:
		return ev.data[0] != pid ? DROP
					 : told_of(s, &ev, s->every_change_of_ids ||
								id_wanted(FILTER_USER, ev.data[3], FILTER_AT_CHANGE));
	case PROC_EVENT_GID:
		return ev.data[0] != pid ? DROP
					 : told_of(s, &ev, s->every_change_of_ids ||
								id_wanted(FILTER_GROUP, ev.data[3], FILTER_AT_CHANGE));
	case PROC_EVENT_COMM:
		return ev.data[0] != pid ? DROP : told_of(s, &ev, comm_wanted(s, skb));
	case PROC_EVENT_NONE:
		return PASS;
	default:
		return DROP;
	}
}

/*
 * For the threads that place at once, one socket a CPU: a program that starts on this one, and has a value that rules name.
 * Watches nobody, since the main loop is told of everything that is told here.
 */
SEC("socket")
int exec_filter(struct __sk_buff *skb)
{
	const __u32 first = 0;
	const struct filter_state *s = bpf_map_lookup_elem(&states, &first);
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 *cookie = bpf_map_lookup_elem(&exec_sockets, &cpu);
	struct event ev;

	if (!s || !cookie || *cookie != bpf_get_socket_cookie(skb) || bpf_skb_load_bytes(skb, EVENT_AT, &ev, sizeof(ev)) < 0)
		return DROP;
	if (ev.what != PROC_EVENT_EXEC || ev.data[0] != ev.data[1] || !values_wanted(s))
		return DROP;
	record(cpu, &ev);
	return PASS;
}
