/* The CPUs that threads were bound to outlast what happens to their cpuset, on kernels that forget them. */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "mover_parts.h"
#include "text.h"

#define MASK_BYTES CPU_ALLOC_SIZE(CPUS_MAX)

/* A thread that runs on fewer CPUs than its cpuset would give it. */
struct bound {
	pid_t pid, thread;
	cpu_set_t *mask;
};

/* "6.1.0-18-cloud-amd64": before major.minor? What cannot be read is taken for an old one, which costs time only. */
static bool is_before(const char *release, uint64_t major, uint64_t minor)
{
	auto_free char *copy = must_strdup(release);
	uint64_t number[2];
	char *rest = copy;

	for (size_t i = 0; i < ARRAY_SIZE(number); i++) {
		char *word = strsep(&rest, ".");

		if (!word)
			return true;
		word[strspn(word, "0123456789")] = '\0';
		if (text_u64(word, &number[i]) < 0)
			return true;
	}
	return number[0] < major || (number[0] == major && number[1] < minor);
}

/* Since 8f9ea86fdf99 ("sched: Always preserve the user requested cpumask", Linux 6.2) the kernel does it all by itself. */
bool affinity_is_forgotten(void)
{
	struct utsname u;

	return uname(&u) < 0 || is_before(u.release, 6, 2);
}

static bool mask_read(pid_t thread, cpu_set_t *ret)
{
	memset(ret, 0, MASK_BYTES);
	return sched_getaffinity(thread, MASK_BYTES, ret) == 0;
}

static void mask_add(void *ctx, unsigned cpu)
{
	CPU_SET_S(cpu, MASK_BYTES, (cpu_set_t *)ctx);
}

/* True when path or one above it has the file. */
static bool cpuset_read(struct mover *v, const struct hierarchy *h, char *path, char *buf, size_t size)
{
	const char *file = h->version == 2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus";

	for (;;) {
		char *slash = strrchr(path, '/');

		if (v->kernel->read(v->kernel, h, path, file, buf, size, NULL) == 0)
			return true;
		if (!slash || !path[1])
			return false;
		slash[slash == path] = '\0';
	}
}

/* What its cpuset gives to a process that binds itself to nothing. */
static bool mask_of_cpuset(struct mover *v, pid_t pid, unsigned hierarchy, cpu_set_t *ret)
{
	struct proc_facts f = {.pid = pid};
	char text[4096], list[4096];
	bool known = proc_read(v->proc, &f, FACT_CGROUP) == 0 && f.cgroups[hierarchy] &&
		     cpuset_read(v, &v->machine->hierarchies[hierarchy], f.cgroups[hierarchy], text, sizeof(text));

	proc_facts_done(&f);
	if (!known)
		return false;
	text[strcspn(text, "\n")] = '\0';
	if (text_list(text, CPUS_MAX, list, sizeof(list)) < 0)
		return false;
	memset(ret, 0, MASK_BYTES);
	text_list_each(list, mask_add, ret);
	return true;
}

/* One process whose threads are looked at. */
struct looking {
	struct mover *v;
	unsigned hierarchy;
	pid_t pid;
	cpu_set_t *mask, *cpuset; /* of the thread; of the process, once a thread wants it */
	bool asked, known;
};

/* Most threads are bound to nothing, and may run everywhere: they cost one system call. */
static bool is_bound(struct looking *l, pid_t thread)
{
	if (!mask_read(thread, l->mask) || CPU_COUNT_S(MASK_BYTES, l->mask) >= (int)l->v->machine->cpus)
		return false;
	if (!l->asked)
		l->known = mask_of_cpuset(l->v, l->pid, l->hierarchy, l->cpuset);
	l->asked = true;
	return l->known && !CPU_EQUAL_S(MASK_BYTES, l->mask, l->cpuset);
}

bool mover_is_bound(struct mover *v, pid_t pid)
{
	int hierarchy = machine_hierarchy(v->machine, CONTROLLER_CPUSET);
	struct looking l = {v, (unsigned)hierarchy, pid, must_alloc(MASK_BYTES), must_alloc(MASK_BYTES), hierarchy < 0, false};
	bool bound = v->proc && is_bound(&l, pid);

	/* Without cpusets whatever it lacks was taken by itself or an ancestor. */
	if (hierarchy < 0)
		bound = mask_read(pid, l.mask) && CPU_COUNT_S(MASK_BYTES, l.mask) < (int)v->machine->cpus;
	free(l.mask);
	free(l.cpuset);
	return bound;
}

void affinities_note(struct mover *v, unsigned hierarchy, pid_t pid, struct affinities *ret)
{
	struct looking l = {v, hierarchy, pid, NULL, NULL, false, false};
	char folder[32];
	auto_dir DIR *dir = NULL;

	if (!v->forgets_affinity || !(v->machine->hierarchies[hierarchy].controllers & CONTROLLER_BIT(CPUSET)))
		return;
	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
	dir = opendir(folder);
	l.mask = must_alloc(MASK_BYTES);
	l.cpuset = must_alloc(MASK_BYTES);
	for (struct dirent *one; dir && (one = readdir(dir));) {
		uint64_t thread;

		if (text_u64(one->d_name, &thread) < 0 || !is_bound(&l, (pid_t)thread))
			continue;
		array_grow(ret->list, ret->n, ret->cap);
		ret->list[ret->n++] = (struct bound){pid, (pid_t)thread, l.mask};
		l.mask = must_alloc(MASK_BYTES);
	}
	free(l.mask);
	free(l.cpuset);
}

/* Its number may be another's by now: the folder of its own process has it no more then. */
static bool is_there(const struct bound *b)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "/proc/%d/task/%d", (int)b->pid, (int)b->thread);
	return access(folder, F_OK) == 0;
}

static void bind_again(const struct bound *b, cpu_set_t *now, cpu_set_t *gained)
{
	if (!mask_read(b->thread, now) || CPU_EQUAL_S(MASK_BYTES, now, b->mask) || !is_there(b))
		return;
	/* A cpuset that took some of its CPUs has its way; one that gave it others was not asked to. */
	CPU_AND_S(MASK_BYTES, gained, now, b->mask);
	if (!CPU_EQUAL_S(MASK_BYTES, gained, now))
		sched_setaffinity(b->thread, MASK_BYTES, b->mask); /* EINVAL: none of them is in its cpuset any more */
}

void affinities_restore(struct affinities *a)
{
	cpu_set_t *now = a->n ? must_alloc(MASK_BYTES) : NULL, *gained = a->n ? must_alloc(MASK_BYTES) : NULL;

	for (size_t i = 0; i < a->n; i++) {
		bind_again(&a->list[i], now, gained);
		free(a->list[i].mask);
	}
	free(now);
	free(gained);
	free(a->list);
	*a = (struct affinities){0};
}

struct affinities *mover_affinities_take(struct mover *v)
{
	int hierarchy = machine_hierarchy(v->machine, CONTROLLER_CPUSET);
	struct affinities *ret;
	struct proc_facts *list;
	size_t n;

	if (!v->forgets_affinity || hierarchy < 0 || !v->proc || proc_scan(v->proc, &list, &n, NULL) < 0)
		return NULL;
	ret = must_alloc(sizeof(*ret));
	for (size_t i = 0; i < n; i++) {
		affinities_note(v, (unsigned)hierarchy, list[i].pid, ret);
		proc_facts_done(&list[i]);
	}
	free(list);
	return ret;
}

void mover_affinities_give_back(struct affinities *a)
{
	if (!a)
		return;
	affinities_restore(a);
	free(a);
}
