/* Empties one cgroup into another. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "mover_parts.h"
#include "text.h"

/* A child forked between the reading and the writing is found in the next round; its own children are born outside. */
#define ROUNDS_MAX 100

/* 0, -ESRCH when there is nothing (left) to move, or -errno with e. */
static int one_move(struct mover *v, unsigned hierarchy, const char *from, const char *to, pid_t pid, struct err *e)
{
	struct written w = {.hierarchies = 1U << hierarchy};
	struct target t;
	int r = target_hold(v, pid, 0, &t, e);

	if (r < 0)
		return r;
	w.paths[hierarchy] = to;
	w.lens[hierarchy] = strcmp(to, "/") == 0 ? 0 : strlen(to);
	/* the number was read before it was held: is its owner the one that was there? */
	r = process_is_in(v, pid, hierarchy, from, strcmp(from, "/") == 0 ? 0 : strlen(from)) ? 0 : -ESRCH;
	if (r == 0)
		r = procs_write(v, hierarchy, to, pid);
	if (r == 0 && !target_is_alive(&t)) {
		if (target_is_reaped(&t))
			stranger_put_back(v, pid, &w, NULL);
		r = -ESRCH;
	}
	if (r < 0 && r != -ESRCH)
		fail(e, -r, "pid %d (%s): %s: %s", (int)pid, TEXT_ESCAPED(t.facts.comm), TEXT_ESCAPED(to),
		     mover_why(-r, v->machine->hierarchies[hierarchy].version));
	target_done(&t);
	return r;
}

/* How many were refused; e is of the first. */
static size_t round_move(struct mover *v, unsigned hierarchy, const char *from, const char *to, const struct pids *pids,
			 struct err *e)
{
	size_t refused = 0;

	for (size_t i = 0; i < pids->n; i++) {
		int r = one_move(v, hierarchy, from, to, pids->list[i], refused ? NULL : e);

		if (r < 0 && r != -ESRCH)
			refused++;
	}
	return refused;
}

static int evacuate(struct mover *v, unsigned hierarchy, const char *from, const char *to, struct pids *pids,
		    struct err *e)
{
	struct err first = {0};

	for (int round = 0; round < ROUNDS_MAX; round++) {
		int r = mover_pids_read(v, hierarchy, from, pids, e);

		if (r < 0)
			return r;
		if (pids->n == 0)
			break;
		/* none of them can be moved: asking again would be for nothing */
		if (round_move(v, hierarchy, from, to, pids, &first) == pids->n)
			break;
	}
	if (pids->n == 0 && pids->foreign == 0)
		return 0;
	if (pids->n == 0)
		return fail(e, EBUSY, "%s: %zu processes of another pid namespace", TEXT_ESCAPED(from), pids->foreign);
	return fail(e, EBUSY, "%s: %zu processes are left%s%s", TEXT_ESCAPED(from), pids->n, first.code ? ": " : "",
		    first.text);
}

int mover_evacuate(struct mover *v, unsigned hierarchy, const char *from, const char *to, struct err *e)
{
	struct pids pids = {0};
	int r = evacuate(v, hierarchy, from, to, &pids, e);

	free(pids.list);
	return r;
}
