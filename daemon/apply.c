/* Plan becomes writes. With mover the only code that changes the kernel. */
#include "apply.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include <cgq/auto.h>

#include "reclaim_lowering.h"
#include "observe.h"
#include "plan_make.h"
#include "reclaim.h"

/* What one try came to. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_FAILED,
	OUTCOME_AGAIN,	/* may go once another action is done */
	OUTCOME_HANDED, /* to reclaim */
};

/* One run over a list of actions. */
struct run {
	struct applier *a;
	struct apply_result *ret;
	const char *waiting; /* cgroup whose memory limit was handed to reclaim: its memsw limit must come after */
};

static const struct hierarchy *hierarchy_of(const struct applier *a, const struct action *act)
{
	return &a->machine->hierarchies[act->hierarchy];
}

static void path_of(const struct applier *a, const struct action *act, char path[PATH_MAX])
{
	machine_path(a->machine, act->hierarchy, act->path, path, PATH_MAX);
}

static int processes_move(struct applier *a, const struct action *act, const char *from, const char *to, struct err *e)
{
	int r = a->evacuate ? a->evacuate(a->ctx, act->hierarchy, from, to) : -EBUSY;

	return r < 0 ? fail(e, -r, "%s: its processes could not all be moved to %s: %s", from, *to ? to : "/", strerror(-r)) : 0;
}

static int evacuate(struct applier *a, const struct action *act, struct err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	int r;

	path_of(a, act, from);
	if (act->text) {
		machine_path(a->machine, act->hierarchy, act->text, to, sizeof(to));
	} else {
		machine_rest_path(a->machine, act->hierarchy, to, sizeof(to));
		r = *to ? a->kernel->make(a->kernel, hierarchy_of(a, act), to, e) : 0;
		if (r < 0)
			return r;
	}
	return processes_move(a, act, from, to, e);
}

static int reunite(struct applier *a, const struct action *act, struct err *e)
{
	char rest[PATH_MAX], base[PATH_MAX];
	int r;

	machine_rest_path(a->machine, act->hierarchy, rest, sizeof(rest));
	path_of(a, act, base);
	r = processes_move(a, act, rest, base, e);
	return r < 0 ? r : a->kernel->remove(a->kernel, hierarchy_of(a, act), rest, e);
}

/* Was something else taken than what was written? The file is read again: v1 clamps a weight without a word. */
static bool is_taken(struct applier *a, const struct action *act, const struct value *left)
{
	int version = hierarchy_of(a, act)->version;
	auto_arena struct arena arena = {0};
	struct value wrote;

	if (value_from_text(act->knob, version, act->text, a->machine->page_bytes, &arena, &wrote) < 0)
		return false;
	/* The period of a v1 quota stands in a file of its own, which has its turn. */
	if (act->knob == KNOB_CPU_MAX && version == 1)
		return left->kind == wrote.kind && left->number == wrote.number;
	return value_equal(&wrote, left);
}

/* Keeps in mind what the kernel did not take, and forgets what it took. */
static int write_judge(struct applier *a, const struct action *act, int r, struct err *e)
{
	auto_arena struct arena arena = {0};
	struct value left;
	char path[PATH_MAX], text[300];

	if (act->knob == KNOB__COUNT)
		return r;
	path_of(a, act, path);
	observe_value(a->kernel, hierarchy_of(a, act), path, act->knob, a->machine->page_bytes, &arena, &left);
	if (!r && is_taken(a, act, &left)) {
		refusals_drop(a->refusals, act->path, act->knob);
		return 0;
	}
	refusals_put(a->refusals, act->path, act->knob, act->text, &left, -r);
	if (r < 0)
		return r;
	value_to_text(act->knob, hierarchy_of(a, act)->version, &left, text, sizeof(text));
	return fail(e, ERANGE, "%s: %s: wrote '%s', the kernel keeps '%s'", path, act->file, act->text, text);
}

static int write_now(struct applier *a, const struct action *act, struct err *e)
{
	char path[PATH_MAX];

	path_of(a, act, path);
	return a->kernel->write(a->kernel, hierarchy_of(a, act), path, act->file, act->text, e);
}

static bool is_guarded(const struct action *act)
{
	return act->only_below_bytes || act->may_reclaim;
}

/* A limit below use is never written: on v2 that kills (law 3). Asked directly before the write. */
static bool use_allows(struct applier *a, const struct action *act)
{
	struct lowering l;
	uint64_t use = UINT64_MAX;

	lowering_init(&l, a->machine, act);
	if (lowering_use(a->kernel, &l, &use) < 0)
		use = UINT64_MAX;
	lowering_done(&l);
	return use <= act->only_below_bytes;
}

static enum outcome hand_over(struct run *run, const struct action *act)
{
	reclaim_ask(run->a->reclaim, act);
	if (act->only_below_bytes && !act->memsw)
		run->waiting = act->path;
	return OUTCOME_HANDED;
}

static bool is_behind(const struct run *run, const struct action *act)
{
	return act->memsw && run->waiting && !strcmp(run->waiting, act->path);
}

/* With nobody to leave it to, it is tried once, here. Having to wait is no refusal: the next plan has it again. */
static int lower_here(struct applier *a, const struct action *act, struct err *e)
{
	struct lowering l;
	struct lowered got;

	lowering_init(&l, a->machine, act);
	lowering_try(a->kernel, &l, NULL, NULL, &got);
	lowering_done(&l);
	if (got.landed)
		return write_judge(a, act, 0, e);
	if (got.error)
		return fail(e, got.error, "%s: %s: %s", act->path, act->file, strerror(got.error));
	return fail(e, EINPROGRESS, "%s: %s: %" PRIu64 " bytes in use; the limit %s waits", act->path, act->file,
		    got.use_bytes, act->text);
}

static enum outcome write_try(struct run *run, const struct action *act, bool last_chance, int *error, struct err *e)
{
	struct applier *a = run->a;
	int r;

	if (a->reclaim && (act->may_reclaim || is_behind(run, act)))
		return hand_over(run, act);
	if (a->reclaim && act->only_below_bytes && !use_allows(a, act))
		return hand_over(run, act);
	if (!a->reclaim && is_guarded(act)) {
		r = lower_here(a, act, e);
		*error = -r;
		return r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
	}
	r = write_now(a, act, e);
	if (r == -EBUSY && act->only_below_bytes)
		return hand_over(run, act);
	if ((r == -EINVAL || r == -EBUSY) && !last_chance)
		return OUTCOME_AGAIN;
	r = write_judge(a, act, r, e);
	*error = -r;
	return r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

static void refusals_drop_all(struct applier *a, unsigned hierarchy, const char *path)
{
	for (int k = 0; k < KNOB__COUNT; k++)
		if (machine_hierarchy(a->machine, knob_rows[k].controller) == (int)hierarchy)
			refusals_drop(a->refusals, path, k);
}

/*
 * A removed cgroup takes with it what was refused in it; and what was refused to its parents may have been for its
 * sake (a v1 cpuset is not narrowed below its children), so that it is worth another try.
 */
static int cgroup_remove(struct applier *a, const struct action *act, const char *path, struct err *e)
{
	const struct hierarchy *h = hierarchy_of(a, act);
	auto_free char *rel = must_strdup(act->path);
	int r = a->kernel->remove(a->kernel, h, path, e);
	char *end;

	if (r < 0)
		return r;
	refusals_drop_all(a, act->hierarchy, rel);
	while ((end = strrchr(rel, '/'))) {
		*end = '\0';
		refusals_drop_all(a, act->hierarchy, rel);
	}
	return 0;
}

static int cgroup_try(struct applier *a, const struct action *act, struct err *e)
{
	const struct hierarchy *h = hierarchy_of(a, act);
	char path[PATH_MAX];

	path_of(a, act, path);
	switch (act->kind) {
	case ACTION_MAKE:
		return a->kernel->make(a->kernel, h, path, e);
	case ACTION_REMOVE:
		return cgroup_remove(a, act, path, e);
	case ACTION_ENABLE:
	case ACTION_DISABLE:
		return a->kernel->write(a->kernel, h, path, "cgroup.subtree_control", act->text, e);
	case ACTION_EVACUATE:
		return evacuate(a, act, e);
	case ACTION_REUNITE:
		return reunite(a, act, e);
	case ACTION_WRITE:
		break;
	}
	return 0;
}

static enum outcome action_try(struct run *run, const struct action *act, bool last_chance, int *error, struct err *e)
{
	int r;

	if (act->kind == ACTION_WRITE)
		return write_try(run, act, last_chance, error, e);
	r = cgroup_try(run->a, act, e);
	if ((r == -EINVAL || r == -EBUSY) && !last_chance)
		return OUTCOME_AGAIN;
	*error = -r;
	return r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

/* True when it needs no further round. */
static bool action_run(struct run *run, const struct action *act, bool last_chance)
{
	struct err e = { 0 };
	int error = 0;
	enum outcome o = action_try(run, act, last_chance, &error, &e);

	if (o == OUTCOME_AGAIN)
		return false;
	run->ret->done += o == OUTCOME_DONE;
	run->ret->failed += o == OUTCOME_FAILED;
	run->ret->deferred += o == OUTCOME_HANDED;
	if (o != OUTCOME_HANDED && run->a->tell)
		run->a->tell(run->a->ctx, act, error, &e);
	return true;
}

/*
 * Rounds over what is left, for as long as each one gets something done; then a last one, whose failures stand. The
 * plan's order is right for what it saw: rounds help where others wrote meanwhile, or a cgroup is still dying.
 */
static void actions_run(struct run *run, const struct action *list, size_t n)
{
	auto_free const struct action **left = must_alloc((n + 1) * sizeof(struct action *));
	size_t n_left = n, before;
	bool last_chance = false;

	for (size_t i = 0; i < n; i++)
		left[i] = &list[i];
	while (n_left) {
		before = n_left;
		n_left = 0;
		for (size_t i = 0; i < before; i++)
			if (!action_run(run, left[i], last_chance))
				left[n_left++] = left[i];
		last_chance = n_left == before;
	}
}

void apply_first(struct applier *a, const struct plan *p, struct apply_result *ret)
{
	struct run run = { a, ret, NULL };

	*ret = (struct apply_result){ 0 };
	actions_run(&run, p->first, p->n_first);
}

void apply_last(struct applier *a, const struct plan *p, struct apply_result *ret)
{
	struct run run = { a, ret, NULL };

	*ret = (struct apply_result){ 0 };
	actions_run(&run, p->last, p->n_last);
}
