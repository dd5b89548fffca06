/* Memory that processes use and that is charged to cgroups they were in before: what they use less what is charged. */
#include "charged_elsewhere.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "sample_parse.h"
#include "text.h"

/* All of it holds up the loop. smaps_rollup walks every mapped page, at some 50 ns. */
#define BUDGET_NS      20000000U
#define PAGES_MAX      350000U
#define LEAST_BYTES    (UINT64_C(1) << 20)
#define LEAST_PART     20 /* a twentieth: shared pages are charged to one, whoever it is */
#define PROC_FILE_MAX  4096
#define STAT_FILE_MAX  16384

struct looking {
	const struct view *v;
	const struct hierarchy *h;
	unsigned hierarchy, group;
	pid_t *pids;
	size_t n_pids, cap_pids;
	uint64_t used_bytes, charged_bytes, pages, end_ns;
};

static uint64_t cpu_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* Of a process that is gone, nothing. */
static bool proc_file_read(pid_t pid, const char *file, char buf[PROC_FILE_MAX])
{
	char path[64];
	auto_fd int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, PROC_FILE_MAX - 1);
	buf[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

static bool digits_read(const char *p, uint64_t *ret)
{
	char number[24];
	size_t n;

	p += strspn(p, " \t");
	n = strspn(p, "0123456789");
	if (!n || n >= sizeof(number))
		return false;
	memcpy(number, p, n);
	number[n] = '\0';
	return text_u64(number, ret) == 0;
}

/* "Pss_Anon:       524392 kB" */
static bool kib_read(const char *text, const char *key, uint64_t *ret_bytes)
{
	const char *p = strstr(text, key);
	uint64_t kib;

	if (!p || !digits_read(p + strlen(key), &kib))
		return false;
	*ret_bytes = kib * 1024;
	return true;
}

/* statm: size, then what is resident, in pages. */
static bool is_too_large(struct looking *l, pid_t pid)
{
	char text[PROC_FILE_MAX];
	uint64_t pages = 0;

	if (proc_file_read(pid, "statm", text))
		digits_read(text + strcspn(text, " "), &pages);
	l->pages += pages;
	return l->pages > PAGES_MAX || cpu_now_ns() > l->end_ns;
}

/* A single process shares with none of them, so that the kernel's own count will do, however large it is. */
static bool single_read(struct looking *l)
{
	char text[PROC_FILE_MAX];

	return !proc_file_read(l->pids[0], "status", text) || kib_read(text, "\nRssAnon:", &l->used_bytes);
}

/* What several share counts once. */
static bool shared_read(struct looking *l)
{
	for (size_t i = 0; i < l->n_pids; i++) {
		char text[PROC_FILE_MAX];
		uint64_t bytes;

		if (is_too_large(l, l->pids[i]))
			return false;
		if (!proc_file_read(l->pids[i], "smaps_rollup", text))
			continue;
		if (!kib_read(text, "\nPss_Anon:", &bytes))
			return false;
		l->used_bytes += bytes;
	}
	return true;
}

static void path_of(const struct looking *l, const struct node *n, char *buf, size_t size)
{
	machine_path(l->v->machine, l->hierarchy, n->path, buf, size);
}

static void pids_read(struct looking *l, const struct node *n)
{
	char path[1024], line[32];
	int fd;
	FILE *f;

	path_of(l, n, path, sizeof(path));
	fd = l->v->kernel->open_file(l->v->kernel, l->h, path, "cgroup.procs", NULL);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f && fd >= 0)
		close(fd);
	while (f && fgets(line, sizeof(line), f)) {
		uint64_t pid;

		if (!digits_read(line, &pid))
			continue;
		array_grow(l->pids, l->n_pids, l->cap_pids);
		l->pids[l->n_pids++] = (pid_t)pid;
	}
	if (f)
		fclose(f);
}

/* With all that is charged to cgroups below. */
static bool charged_read(struct looking *l, const struct node *n)
{
	char path[1024], text[STAT_FILE_MAX];
	struct counter anon;

	path_of(l, n, path, sizeof(path));
	if (l->v->kernel->read(l->v->kernel, l->h, path, "memory.stat", text, sizeof(text), NULL) < 0)
		return false;
	anon = sample_keyed(text, l->h->version == 1 ? "total_rss" : "anon");
	l->charged_bytes += anon.value;
	return anon.known;
}

static bool is_within(const struct policy *p, unsigned group, unsigned ancestor)
{
	while (group != GROUP_NONE && group != ancestor)
		group = p->groups[group].parent;
	return group == ancestor;
}

/* In place nobody is moved but into a scope of ours; whoever else is in a unit was born there. */
static bool is_scope_of_ours(const struct view *v, const struct node *n)
{
	const char *slash = strrchr(n->path, '/');
	size_t len = strlen(v->machine->tree);

	return slash && !strncmp(slash + 1, v->machine->tree, len) && slash[1 + len] == '-' && strstr(slash, ".scope");
}

static bool look(struct looking *l)
{
	const struct want *w = l->v->want;
	size_t top = w->node_of_group[l->group];

	for (size_t i = top; i < w->n; i++) {
		const struct node *n = &w->nodes[i];

		if (!is_within(l->v->choice->policy, n->group, l->group) || (w->in_place && !is_scope_of_ours(l->v, n)))
			continue;
		pids_read(l, n);
		if ((w->in_place || i == top) && !charged_read(l, n))
			return false;
	}
	return l->n_pids == 1 ? single_read(l) : shared_read(l);
}

struct counter charged_elsewhere(const struct view *v, unsigned group)
{
	int h = machine_hierarchy(v->machine, CONTROLLER_MEMORY);
	struct looking l = {.v = v, .hierarchy = (unsigned)h, .group = group, .end_ns = cpu_now_ns() + BUDGET_NS};
	uint64_t elsewhere;
	bool known;

	if (h < 0 || !v->want->n || !v->want->hierarchies || v->want->node_of_group[group] == UINT32_MAX)
		return (struct counter){0};
	l.h = &v->machine->hierarchies[h];
	known = look(&l);
	free(l.pids);
	elsewhere = l.used_bytes > l.charged_bytes ? l.used_bytes - l.charged_bytes : 0;
	if (elsewhere < LEAST_BYTES || elsewhere < l.used_bytes / LEAST_PART)
		elsewhere = 0;
	return (struct counter){known, elsewhere};
}
