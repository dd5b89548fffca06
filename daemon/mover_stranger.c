/* Puts back who was moved because it had got the pid of a process that was gone. */
#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "mover_parts.h"
#include "text.h"

/* A stranger may be gone in its turn before it is put back, and its pid be handed on again. */
#define TRIES 3

/* A child is born where its parent is. FACT_CGROUP of the parent of who t is; false: it has none that can be asked. */
static bool parent_read(struct mover *v, const struct target *t, struct proc_facts *ret)
{
	*ret = (struct proc_facts){.pid = t->facts.ppid};
	return t->facts.ppid > 0 && proc_read(v->proc, ret, FACT_STAT) == 0 &&
	       ret->start_ticks <= t->facts.start_ticks && proc_read(v->proc, ret, FACT_CGROUP) == 0;
}

static bool is_same_path(const char *to, const struct written *w, unsigned h)
{
	size_t len = strcmp(to, "/") == 0 ? 0 : strlen(to);

	return len == w->lens[h] && memcmp(to, w->paths[h], len) == 0;
}

static void put_back_in(struct mover *v, const struct target *t, const struct proc_facts *parent, unsigned h,
			const struct written *w, struct err *e)
{
	char base[sizeof(v->machine->hierarchies[h].base)];
	const char *to = parent ? parent->cgroups[h] : NULL;
	size_t len;
	int r;

	if (!to) {
		machine_path(v->machine, h, NULL, base, sizeof(base));
		to = base;
	}
	/* born in the very cgroup, it is no stranger there */
	if (is_same_path(to, w, h) || !process_is_in(v, t->facts.pid, h, w->paths[h], w->lens[h]))
		return;
	r = procs_write_upwards(v, h, to, t->facts.pid, &len);
	fail(e, ESRCH, "pid %d was gone, and its number taken by another process (%s), which %s %s", (int)t->facts.pid,
	     TEXT_ESCAPED(t->facts.comm), r < 0 ? "could not be put back to" : "was put back to", *to ? TEXT_ESCAPED(to) : "/");
}

/* True if it is done with: put back, or gone with nobody in its place. */
static bool put_back_once(struct mover *v, pid_t pid, const struct written *w, struct err *e)
{
	struct proc_facts parent;
	struct target t;
	bool known, done;

	if (target_hold(v, pid, 0, &t, NULL) < 0)
		return true;
	known = parent_read(v, &t, &parent);
	for (unsigned h = 0; h < v->machine->n_hierarchies; h++)
		if (w->hierarchies & 1U << h)
			put_back_in(v, &t, known ? &parent : NULL, h, w, e);
	done = target_is_alive(&t);
	proc_facts_done(&parent);
	target_done(&t);
	return done;
}

void stranger_put_back(struct mover *v, pid_t pid, const struct written *w, struct err *e)
{
	for (int i = 0; i < TRIES; i++)
		if (put_back_once(v, pid, w, e))
			return;
}
