/* Records of the task iterator become facts. */
#include "tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "bpf.h"
#include "bpf/task_record.h"
#include "proc.h"
#include "task_facts.h"
#include "turns.h"
#include "whereabouts.h"

/* The kernel gathers 32 KiB for a read (bpf_seq_read()), and a record is never cut where all of it has room. */
#define READ_BYTES (64 << 10)

struct tasks {
	struct bpf *bpf;
};

struct found {
	struct proc_facts *list;
	size_t n, cap;
	struct whereabouts *whereabouts;
};

static void record_take(const struct task_record *r, struct found *w)
{
	if (r->bits & TASK_EXITING)
		return;
	array_grow(w->list, w->n, w->cap);
	task_facts_take(r, &w->list[w->n]);
	if (w->whereabouts)
		w->list[w->n].spot = whereabouts_note(w->whereabouts, r);
	w->n++;
}

static void found_done(struct found *w)
{
	for (size_t i = 0; i < w->n; i++)
		proc_facts_done(&w->list[i]);
	free(w->list);
}

static int records_read(int fd, struct turns *turns, struct found *w, struct err *e)
{
	auto_free char *buffer = must_alloc(READ_BYTES);
	ssize_t n;

	while ((n = read(fd, buffer, READ_BYTES)) > 0) {
		struct task_record one;

		if ((size_t)n % sizeof(one) != 0)
			return fail(e, EBADMSG, "a record of %zd bytes more than it should have", n % (ssize_t)sizeof(one));
		for (ssize_t at = 0; at < n; at += (ssize_t)sizeof(one)) {
			memcpy(&one, buffer + at, sizeof(one));
			record_take(&one, w);
		}
		turns_give(turns);
	}
	return n < 0 ? fail(e, errno, "%s", strerror(errno)) : 0;
}

int tasks_scan(struct tasks *t, struct turns *turns, struct whereabouts *whereabouts, struct proc_facts **ret, size_t *ret_n,
	       struct err *e)
{
	auto_fd int fd = bpf_iterator_pass(t->bpf, e);
	struct found w = {.whereabouts = whereabouts};
	int r = fd < 0 ? fd : records_read(fd, turns, &w, e);

	if (r < 0) {
		found_done(&w);
		return fail_prefix(e, "task iterator");
	}
	*ret = w.list;
	*ret_n = w.n;
	return 0;
}

/* In a namespace of its own (of pids, users or clocks) the daemon sees other numbers than the kernel's. */
static bool is_same(const struct proc_facts *a, const struct proc_facts *b)
{
	uint32_t both = a->known & b->known;

	return a->pid == b->pid && (!a->pid_ino || a->pid_ino == b->pid_ino) && a->ppid == b->ppid && a->start_ticks == b->start_ticks && a->uid == b->uid &&
	       a->gid == b->gid && strcmp(a->comm, b->comm) == 0 && !a->nested_pid_namespace &&
	       (!(both & FACT_BIT(FACT_FILE)) || (a->exe_dev == b->exe_dev && a->exe_ino == b->exe_ino)) &&
	       (!(both & FACT_BIT(FACT_EXE)) || strcmp(a->exe_name, b->exe_name) == 0);
}

/* By a pidfd; 0: there is none. */
static uint64_t own_pid_ino(void)
{
	auto_fd int held = pidfd_open(getpid(), 0);
	struct stat st;

	return held >= 0 && fstat(held, &st) == 0 ? st.st_ino : 0;
}

static int compare_self(struct tasks *t, struct proc *p, struct err *e)
{
	struct proc_facts self = {.pid = getpid(), .pid_ino = own_pid_ino()};
	struct found w = {0};
	auto_fd int fd = -1;
	bool same = false;
	int r;

	proc_read(p, &self, FACT_STAT);
	proc_read(p, &self, FACT_IDS);
	proc_read(p, &self, FACT_EXE);
	proc_read(p, &self, FACT_FILE);
	fd = bpf_iterator_pass_of(t->bpf, "tasks", self.pid, e);
	r = fd < 0 ? fd : records_read(fd, NULL, &w, e);
	for (size_t i = 0; r == 0 && i < w.n; i++)
		same |= is_same(&w.list[i], &self);
	found_done(&w);
	proc_facts_done(&self);
	return r < 0 || same ? r : fail(e, ENOTSUP, "tasks: of this process it says something else than /proc does");
}

struct tasks *tasks_new(struct proc *p, struct err *e)
{
	struct tasks *t = must_alloc(sizeof(*t));
	int r;

	t->bpf = bpf_new(BPF_TASKS, NULL, e);
	r = t->bpf ? bpf_iterator_start(t->bpf, "tasks", e) : -1;
	if (r == 0)
		r = compare_self(t, p, e);
	if (r < 0) {
		tasks_free(t);
		return NULL;
	}
	return t;
}

void tasks_free(struct tasks *t)
{
	if (!t)
		return;
	bpf_free(t->bpf);
	free(t);
}
