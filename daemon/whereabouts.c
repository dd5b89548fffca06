/* Which paths the cgroups of a process have, by their numbers. */
#include "whereabouts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "bpf/task_record.h"
#include "proc_parse.h"
#include "text.h"

#define NO_HIERARCHY UINT32_MAX

/* How far from its own slot a set may be noted. */
#define STEPS_MOST 16

struct known_place {
	struct task_cgroup ids[TASK_CGROUPS];
	unsigned n;	/* 0: nothing is known */
	unsigned noted; /* so many are here */
	bool is_learnt;
	char *cgroups[HIERARCHIES_MAX], *manager;
};

struct whereabouts {
	const struct machine *machine;
	uint32_t numbers[HIERARCHIES_MAX]; /* the kernel's, by our index */
	unsigned most;
	struct known_place *places;
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

struct whereabouts *whereabouts_new(const struct machine *m, unsigned most)
{
	struct whereabouts *w = must_alloc(sizeof(*w));

	w->machine = m;
	w->most = most;
	w->places = must_alloc(most * sizeof(w->places[0]));
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
	/* most were never touched, and have no page yet */
	for (unsigned i = 0; i < w->most; i++)
		if (w->places[i].n)
			place_done(&w->places[i]);
	free(w->places);
	free(w);
}

static size_t ids_bytes(const struct task_record *r)
{
	return r->n_cgroups * sizeof(r->cgroups[0]);
}

static unsigned slot_of(const struct whereabouts *w, const struct task_record *r)
{
	return (unsigned)text_hash(0, (const char *)r->cgroups, ids_bytes(r)) & (w->most - 1);
}

static bool is_numbered(const struct task_record *r)
{
	return r->n_cgroups > 0 && r->n_cgroups <= TASK_CGROUPS;
}

static bool is_place_of(const struct known_place *p, const struct task_record *r)
{
	return p->n == r->n_cgroups && memcmp(p->ids, r->cgroups, ids_bytes(r)) == 0;
}

static char *dup_or_null(const char *text)
{
	return text ? must_strdup(text) : NULL;
}

static void place_tell(const struct known_place *p, struct proc_facts *f)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++) {
		free(f->cgroups[h]);
		f->cgroups[h] = dup_or_null(p->cgroups[h]);
	}
	proc_facts_set_manager(f, p->manager);
}

bool whereabouts_find(const struct whereabouts *w, const struct task_record *r, struct proc_facts *f)
{
	const struct known_place *p = is_numbered(r) ? &w->places[slot_of(w, r)] : NULL;

	if (!p || !is_place_of(p, r))
		return false;
	place_tell(p, f);
	return true;
}

static int index_of(const struct known_place *p, uint32_t number)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->ids[i].hierarchy == number)
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

static bool is_right(const struct whereabouts *w, const struct known_place *p, const struct proc_facts *f)
{
	uint32_t seen = 0;

	for (unsigned h = 0; h < w->machine->n_hierarchies; h++) {
		int i = index_of(p, w->numbers[h]);

		if (!f->cgroups[h])
			continue;
		if (i < 0 || !leads_to(w->machine->hierarchies[h].mount, f->cgroups[h], p->ids[i].id))
			return false;
		seen |= 1U << i;
	}
	for (unsigned i = 0; i < p->n; i++)
		if (!(seen & 1U << i) && p->ids[i].level > 0)
			return false;
	return manager_is_right(w, f);
}

static void place_number(struct known_place *p, const struct task_record *r)
{
	memcpy(p->ids, r->cgroups, ids_bytes(r));
	p->n = r->n_cgroups;
}

static void place_learn(struct known_place *p, const struct proc_facts *f)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		p->cgroups[h] = dup_or_null(f->cgroups[h]);
	p->manager = dup_or_null(f->manager_cgroup);
	p->is_learnt = true;
}

void whereabouts_learn(struct whereabouts *w, const struct task_record *r, const struct proc_facts *f)
{
	struct known_place now = {0}, *p;

	if (!is_numbered(r))
		return;
	place_number(&now, r);
	if (!is_right(w, &now, f))
		return;
	p = &w->places[slot_of(w, r)];
	place_done(p);
	*p = now;
	place_learn(p, f);
}

unsigned whereabouts_note(struct whereabouts *w, const struct task_record *r)
{
	unsigned slot = is_numbered(r) ? slot_of(w, r) : 0;

	for (unsigned step = 0; is_numbered(r) && step < STEPS_MOST; step++) {
		unsigned at = (slot + step) & (w->most - 1);
		struct known_place *p = &w->places[at];

		if (p->n == 0)
			place_number(p, r);
		if (!is_place_of(p, r))
			continue;
		p->noted++;
		return at + 1;
	}
	return 0;
}

bool whereabouts_find_at(const struct whereabouts *w, unsigned spot, struct proc_facts *f)
{
	const struct known_place *p = spot ? &w->places[spot - 1] : NULL;

	if (!p || !p->is_learnt)
		return false;
	place_tell(p, f);
	return true;
}

bool whereabouts_learn_at(struct whereabouts *w, unsigned spot, const struct proc_facts *f)
{
	struct known_place *p = spot ? &w->places[spot - 1] : NULL;

	if (!p || p->is_learnt || p->noted < 2 || !is_right(w, p, f))
		return false;
	place_learn(p, f);
	return true;
}
