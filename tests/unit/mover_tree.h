/* A mover on the cgroups of this host: in cgq-test-PID, with the test's own children. */
#pragma once

#include "real_tree.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "mover.h"
#include "proc.h"
#include "text.h"

static struct real_tree real;
static struct proc *proc;
static struct mover *mover;

/* Paths of one cgroup of the tree in every hierarchy that takes processes without more ado. */
struct paths {
	char text[HIERARCHIES_MAX][600];
	const char *list[HIERARCHIES_MAX];
	unsigned first; /* a hierarchy that is in it */
};

static inline void cgroup_make(unsigned h, const char *rel, char path[600])
{
	machine_path(&real.m, h, rel, path, 600);
	assert_int_equal(real.k->make(real.k, &real.m.hierarchies[h], path, NULL), 0);
}

static inline void cgroup_remove(unsigned h, const char *path)
{
	/* who just left may still be on its way out */
	for (int i = 0; i < 200 && real.k->remove(real.k, &real.m.hierarchies[h], path, NULL) == -EBUSY; i++)
		usleep(1000);
}

static inline void paths_make(struct paths *p, const char *rel)
{
	char top[600];

	if (!real.usable)
		skip();
	memset(p, 0, sizeof(*p));
	for (unsigned h = real.m.n_hierarchies; h-- > 0;) {
		/* a v1 cpuset has to be filled first */
		if (real.m.hierarchies[h].version == 1 && real.m.hierarchies[h].controllers & CONTROLLER_BIT(CPUSET))
			continue;
		cgroup_make(h, "", top);
		cgroup_make(h, rel, p->text[h]);
		p->list[h] = p->text[h];
		p->first = h;
	}
}

static inline uint64_t own_pidfd_ino(void)
{
	auto_fd int held = pidfd_open(getpid(), 0);
	struct stat st;

	assert_int_equal(fstat(held, &st), 0);
	return st.st_ino;
}

/* What is known of a process that is to be moved. */
#define FOUND(who, since) (&(struct proc_facts){.pid = (who), .start_ticks = (since)})

static inline uint64_t start_of(pid_t pid)
{
	struct proc_facts f = {.pid = pid};

	assert_int_equal(proc_read(proc, &f, FACT_STAT), 0);
	return f.start_ticks;
}

/* The same as the kernel's task iterator tells it; pid_ino is 0 before Linux 6.9. */
static inline struct proc_facts found_held(pid_t pid)
{
	struct proc_facts f = {.pid = pid};
	auto_fd int held = pidfd_open(pid, 0);
	struct stat st;

	assert_int_equal(fstat(held, &st), 0);
	assert_int_equal(proc_read(proc, &f, FACT_STAT), 0);
	/* all pidfds have the same one there */
	f.pid_ino = st.st_ino == own_pidfd_ino() ? 0 : st.st_ino;
	return f;
}

static inline bool is_at(pid_t pid, unsigned h, const char *path)
{
	struct proc_facts f = {.pid = pid};
	bool is;

	assert_int_equal(proc_read(proc, &f, FACT_CGROUP), 0);
	is = f.cgroups[h] && !strcmp(f.cgroups[h], path);
	proc_facts_done(&f);
	return is;
}

static inline void assert_at(pid_t pid, const struct paths *p)
{
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		if (p->list[h])
			assert_true(is_at(pid, h, p->list[h]));
}

/* Where the test itself is, and its children are born. */
static inline void assert_at_home(pid_t pid)
{
	struct proc_facts own = {.pid = getpid()};

	assert_int_equal(proc_read(proc, &own, FACT_CGROUP), 0);
	for (unsigned h = 0; h < real.m.n_hierarchies; h++)
		assert_true(is_at(pid, h, own.cgroups[h]));
	proc_facts_done(&own);
}

static inline void *thread_waits(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

/* The main thread takes its memory, and with it the link, when it goes. */
static inline bool has_exe(pid_t pid)
{
	struct proc_facts f = {.pid = pid};
	bool has = proc_read(proc, &f, FACT_EXE) == 0;

	proc_facts_done(&f);
	return has;
}

/* A child with 50 threads more; without its main one if headless. Dies with us. */
static inline pid_t threads_start(bool headless)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 50; i++)
			if (pthread_create(&thread, NULL, thread_waits, NULL) != 0)
				_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		if (headless)
			pthread_exit(NULL);
		thread_waits(NULL);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	while (headless && has_exe(pid))
		usleep(1000);
	return pid;
}

static inline unsigned threads_at(pid_t pid, unsigned h, const char *path)
{
	auto_free char *folder = must_printf("/proc/%d/task", (int)pid);
	auto_dir DIR *d = opendir(folder);
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *one; (one = readdir(d));) {
		uint64_t thread;

		if (text_u64(one->d_name, &thread) == 0)
			n += is_at((pid_t)thread, h, path);
	}
	return n;
}

static inline int setup(void **state)
{
	if (real_tree_init(&real) < 0)
		return -1;
	proc = proc_new(&real.m, NULL);
	mover = mover_new(real.k, &real.m);
	return 0;
}

static inline int teardown(void **state)
{
	mover_free(mover);
	mover_free(NULL);
	proc_free(proc);
	real_tree_done(&real);
	return 0;
}
