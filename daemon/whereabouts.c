/* Which paths the cgroups of a process have, by their numbers. */
#include "whereabouts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "bpf/exec_record.h"
#include "proc_parse.h"
#include "text.h"

/* Sets of cgroups in which programs start that rules name; a power of two. */
#define PLACES_MOST 64

#define NO_HIERARCHY UINT32_MAX

struct known_place {
	struct exec_cgroup ids[EXEC_CGROUPS];
	unsigned n; /* 0: nothing is known */
	char *cgroups[HIERARCHIES_MAX], *manager;
};

struct whereabouts {
	const struct machine *machine;
	uint32_t numbers[HIERARCHIES_MAX]; /* the kernel's, by our index */
	struct known_place places[PLACES_MOST];
};

/* "memory\t7\t68\t1": name, hierarchy, cgroups, enabled. */
static void number_take(struct whereabouts *w, char *line)
{
	const char *name = strsep(&line, "\t"), *number = line ? strsep(&line, "\t") : NULL;
	const struct machine *m = w->machine;
	uint64_t n;

	if (!number || text_u64(number, &n) < 0 || n == 0 || n >= NO_HIERARCHY)
		return;
	for (unsigned h = 0; h < m->n_hierarchies; h++)
		for (unsigned c = 0; c < CONTROLLER__COUNT; c++)
			if (m->hierarchies[h].version == 1 && m->hierarchies[h].controllers & 1U << c && controller_rows[c].v1 &&
			    strcmp(controller_rows[c].v1, name) == 0)
				w->numbers[h] = (uint32_t)n;
}

static void numbers_read(struct whereabouts *w)
{
	auto_file FILE *f = fopen("/proc/cgroups", "re");
	char line[256];

	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		w->numbers[h] = h < w->machine->n_hierarchies && w->machine->hierarchies[h].version == 2 ? 0 : NO_HIERARCHY;
	while (f && fgets(line, sizeof(line), f))
		number_take(w, line);
}

struct whereabouts *whereabouts_new(const struct machine *m)
{
	struct whereabouts *w = must_alloc(sizeof(*w));

	w->machine = m;
	numbers_read(w);
	return w;
}

static void place_done(struct known_place *p)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		free(p->cgroups[h]);
	free(p->manager);
	*p = (struct known_place){0};
}

void whereabouts_free(struct whereabouts *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < PLACES_MOST; i++)
		place_done(&w->places[i]);
	free(w);
}

static size_t ids_bytes(const struct exec_record *r)
{
	return r->n_cgroups * sizeof(r->cgroups[0]);
}

static unsigned slot_of(const struct exec_record *r)
{
	return (unsigned)(text_hash(0, (const char *)r->cgroups, ids_bytes(r)) % PLACES_MOST);
}

static bool is_numbered(const struct exec_record *r)
{
	return r->n_cgroups > 0 && r->n_cgroups <= EXEC_CGROUPS;
}

static char *dup_or_null(const char *text)
{
	return text ? must_strdup(text) : NULL;
}

bool whereabouts_find(const struct whereabouts *w, const struct exec_record *r, struct proc_facts *f)
{
	const struct known_place *p = is_numbered(r) ? &w->places[slot_of(r)] : NULL;

	if (!p || p->n != r->n_cgroups || memcmp(p->ids, r->cgroups, ids_bytes(r)) != 0)
		return false;
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++) {
		free(f->cgroups[h]);
		f->cgroups[h] = dup_or_null(p->cgroups[h]);
	}
	proc_facts_set_manager(f, p->manager);
	return true;
}

static int index_of(const struct exec_record *r, uint32_t number)
{
	for (unsigned i = 0; i < r->n_cgroups; i++)
		if (r->cgroups[i].hierarchy == number)
			return (int)i;
	return -1;
}

static bool leads_to(const char *mount, const char *path, uint64_t id)
{
	char full[PATH_MAX];
	struct stat st;
	int n = snprintf(full, sizeof(full), "%s%s", mount, path);

	return n > 0 && (size_t)n < sizeof(full) && stat(full, &st) == 0 && st.st_ino == id;
}

/* The manager's hierarchy may be one that is not ours, name=systemd: then it is right where both are at the root. */
static bool manager_is_right(const struct whereabouts *w, const struct proc_facts *f)
{
	if (!f->manager_cgroup || strcmp(f->manager_cgroup, "/") == 0)
		return true;
	for (unsigned h = 0; h < w->machine->n_hierarchies; h++)
		if (w->machine->hierarchies[h].version == 2 && f->cgroups[h])
			return strcmp(f->cgroups[h], f->manager_cgroup) == 0;
	return false;
}

static bool is_right(const struct whereabouts *w, const struct exec_record *r, const struct proc_facts *f)
{
	uint32_t seen = 0;

	for (unsigned h = 0; h < w->machine->n_hierarchies; h++) {
		int i = index_of(r, w->numbers[h]);

		if (!f->cgroups[h])
			continue;
		if (i < 0 || !leads_to(w->machine->hierarchies[h].mount, f->cgroups[h], r->cgroups[i].id))
			return false;
		seen |= 1U << i;
	}
	for (unsigned i = 0; i < r->n_cgroups; i++)
		if (!(seen & 1U << i) && r->cgroups[i].level > 0)
			return false;
	return manager_is_right(w, f);
}

void whereabouts_learn(struct whereabouts *w, const struct exec_record *r, const struct proc_facts *f)
{
	struct known_place *p;

	if (!is_numbered(r) || !is_right(w, r, f))
		return;
	p = &w->places[slot_of(r)];
	place_done(p);
	memcpy(p->ids, r->cgroups, ids_bytes(r));
	p->n = r->n_cgroups;
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		p->cgroups[h] = dup_or_null(f->cgroups[h]);
	p->manager = dup_or_null(f->manager_cgroup);
}
