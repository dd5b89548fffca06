/* What a BPF program tells of one process becomes facts. */
#include "task_facts.h"

#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bpf/task_record.h"
#include "proc_parse.h"

static void exe_take(const struct task_record *r, struct proc_facts *f)
{
	static const char mark[] = " (deleted)";
	char link[TASK_NAME_BYTES + sizeof(mark)];
	size_t len = strnlen(r->exe_name, TASK_NAME_BYTES);

	if (r->bits & TASK_HAS_FILE) {
		f->exe_dev = makedev(r->exe_dev >> 20, r->exe_dev & 0xfffff);
		f->exe_ino = r->exe_ino;
		f->known |= FACT_BIT(FACT_FILE);
	}
	if (!(r->bits & TASK_HAS_NAME))
		return;
	/* as the link would say it: a file may really be called so */
	memcpy(link, r->exe_name, len);
	if (r->bits & TASK_EXE_DELETED) {
		memcpy(link + len, mark, sizeof(mark) - 1);
		len += sizeof(mark) - 1;
	}
	proc_parse_exe_link(link, len, f);
	f->known |= FACT_BIT(FACT_EXE);
}

/* As the kernel makes field 22 of stat (nsec_to_clock_t()). */
static uint64_t ticks_of(uint64_t ns)
{
	return ns / (1000000000U / (uint64_t)sysconf(_SC_CLK_TCK));
}

void task_facts_take(const struct task_record *r, struct proc_facts *ret)
{
	*ret = (struct proc_facts){
		.pid = (pid_t)r->pid,
		.ppid = (pid_t)r->ppid,
		.start_ticks = ticks_of(r->start_ns),
		.exiting = r->bits & TASK_EXITING,
		.pid_ino = r->pid_ino,
		.uid = r->uid,
		.gid = r->gid,
		.nested_pid_namespace = r->level > 0,
		.known = FACT_BIT(FACT_STAT) | FACT_BIT(FACT_IDS) | FACT_BIT(FACT_NAMESPACE),
	};
	memcpy(ret->comm, r->comm, strnlen(r->comm, sizeof(ret->comm) - 1));
	exe_take(r, ret);
}
