/* Writes pids: a whole process into its cgroups, or back to where it came from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "mover_parts.h"
#include "text.h"

struct mover *mover_new(struct kernel *k, const struct machine *m)
{
	struct mover *v = must_alloc(sizeof(*v));

	v->kernel = k;
	v->machine = m;
	v->proc = proc_new(m, NULL);
	v->kept_max = MOVER_KEPT_MAX;
	v->forgets_affinity = affinity_is_forgotten();
	return v;
}

void mover_free(struct mover *v)
{
	if (!v)
		return;
	procs_forget(v);
	own_place_free(v->own);
	proc_free(v->proc);
	free(v);
}

void mover_keep(struct mover *v, unsigned most)
{
	v->kept_max = most;
}

void mover_forget(struct mover *v)
{
	procs_forget(v);
	own_place_free(take_ptr(v->own));
}

void mover_on_moving(struct mover *v, void (*moving)(void *ctx, bool moving), void *ctx)
{
	v->moving = moving;
	v->ctx = ctx;
}

static void tell_moving(const struct mover *v, bool moving)
{
	if (v->moving)
		v->moving(v->ctx, moving);
}

/* How it went so far. */
struct progress {
	struct written written;
	unsigned refused;
	int error;	    /* of the first that refused */
	unsigned hierarchy; /* and which one it was */
};

typedef int write_fn(struct mover *v, unsigned hierarchy, const char *path, pid_t pid, size_t *ret_len);

static int write_exactly(struct mover *v, unsigned hierarchy, const char *path, pid_t pid, size_t *ret_len)
{
	*ret_len = strcmp(path, "/") == 0 ? 0 : strlen(path);
	return procs_write(v, hierarchy, path, pid);
}

static void write_in(struct mover *v, pid_t pid, unsigned h, const char *path, write_fn *write_one, struct progress *ret)
{
	struct written *w = &ret->written;
	int r;

	if (!path)
		return;
	r = write_one(v, h, path, pid, &w->lens[h]);
	w->paths[h] = path;
	if (r == 0) {
		w->hierarchies |= 1U << h;
	} else if (ret->refused++ == 0) {
		ret->error = -r;
		ret->hierarchy = h;
	}
}

static enum moved refusal_tell(struct mover *v, const struct target *t, const struct progress *p, struct err *e)
{
	const struct hierarchy *h = &v->machine->hierarchies[p->hierarchy];
	const char *path = p->written.paths[p->hierarchy];
	char name[64], more[48] = "";

	mover_hierarchy_name(h, name, sizeof(name));
	if (p->refused > 1)
		snprintf(more, sizeof(more), " (and %u more hierarchies)", p->refused - 1);
	fail(e, p->error, "pid %d (%s): %s: %s: %s%s", (int)t->facts.pid, TEXT_ESCAPED(t->facts.comm), name,
	     TEXT_ESCAPED(path), mover_why(p->error, h->version), more);
	return p->written.hierarchies ? MOVED_PARTLY : MOVED_REFUSED;
}

/* It was written everywhere: was it itself all the time? */
static enum moved target_answer(struct mover *v, const struct target *t, const struct progress *p, struct err *e)
{
	if (!target_is_alive(t)) {
		if (target_is_reaped(t))
			stranger_put_back(v, t->facts.pid, &p->written, e);
		return MOVED_GONE;
	}
	return p->refused ? refusal_tell(v, t, p, e) : MOVED_OK;
}

static void write_everywhere(struct mover *v, pid_t pid, const char *const paths[HIERARCHIES_MAX], write_fn *write_one,
			     struct progress *ret)
{
	for (unsigned h = 0; h < v->machine->n_hierarchies; h++)
		write_in(v, pid, h, paths[h], write_one, ret);
}

static enum moved target_move(struct mover *v, const struct target *t, const char *const paths[HIERARCHIES_MAX],
			      write_fn *write_one, struct err *e)
{
	struct progress p = {0};

	write_everywhere(v, t->facts.pid, paths, write_one, &p);
	return target_answer(v, t, &p, e);
}

static enum moved answer_of_hold(int r)
{
	return r == -ESRCH ? MOVED_GONE : MOVED_REFUSED;
}

static enum moved move(struct mover *v, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX],
		       write_fn *write_one, struct err *e)
{
	struct target t;
	enum moved answer;
	int r = target_hold_known(v, f, &t, e);

	if (r < 0)
		return answer_of_hold(r);
	tell_moving(v, true);
	answer = target_move(v, &t, paths, write_one, e);
	tell_moving(v, false);
	target_done(&t);
	return answer;
}

enum moved mover_place(struct mover *v, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX], struct err *e)
{
	return move(v, f, paths, write_exactly, e);
}

void mover_place_some(struct mover *v, struct move *list, size_t n)
{
	struct target targets[MOVES_AT_ONCE];
	struct progress done[MOVES_AT_ONCE] = {0};

	for (size_t i = 0; i < n; i++)
		list[i].moved = answer_of_hold(target_hold_known(v, list[i].facts, &targets[i], &list[i].e));
	tell_moving(v, true);
	for (unsigned h = 0; h < v->machine->n_hierarchies; h++)
		for (size_t i = 0; i < n; i++)
			if (targets[i].pidfd >= 0)
				write_in(v, targets[i].facts.pid, h, list[i].to[h], write_exactly, &done[i]);
	tell_moving(v, false);
	for (size_t i = 0; i < n; i++) {
		if (targets[i].pidfd >= 0)
			list[i].moved = target_answer(v, &targets[i], &done[i], &list[i].e);
		target_done(&targets[i]);
	}
}

enum moved mover_place_held(struct mover *v, int held, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX],
			    struct err *e)
{
	const struct target t = {held, *f};

	return v->proc ? target_move(v, &t, paths, write_exactly, e) : MOVED_REFUSED;
}

enum moved mover_place_at_once(struct mover *v, const struct proc_facts *f, const char *const paths[HIERARCHIES_MAX], struct err *e)
{
	struct progress p = {0};
	struct target t;
	enum moved answer;
	int r;

	if (!v->proc)
		return MOVED_REFUSED;
	write_everywhere(v, f->pid, paths, write_exactly, &p);
	r = target_hold_known(v, f, &t, e);
	if (r == -ESRCH)
		stranger_put_back(v, f->pid, &p.written, e);
	if (r < 0)
		return answer_of_hold(r);
	answer = target_answer(v, &t, &p, e);
	target_done(&t);
	return answer;
}

enum moved mover_return(struct mover *v, const struct proc_facts *f, const char *const origins[HIERARCHIES_MAX], struct err *e)
{
	return move(v, f, origins, procs_write_upwards, e);
}
