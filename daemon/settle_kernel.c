/* The kernel as it should be: plan, writes, the look at every process, removals; in rounds, while that helps. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "knob_state.h"
#include "log.h"
#include "observe.h"
#include "plan_make.h"
#include "settle_units.h"
#include "size_text.h"
#include "text.h"
#include "tree_path.h"

/* Processes that fork while their group is emptied make the rmdir fail; a few rounds outrun them. */
#define EMPTYING_ROUNDS 5

/* A limit that begins to wait; those that waited before are tried again at every look. */
static void tell_shrinking(struct daemon *d, const struct shrinking *s, const struct shrinking *before, size_t n_before,
			   const struct action *a)
{
	char group[TREE_PATH_MAX], size[32];

	for (size_t i = 0; i < n_before; i++)
		if (before[i].knob == s->knob && strcmp(before[i].path, s->path) == 0 && before[i].wanted_bytes == s->wanted_bytes)
			return;
	settle_say(d, LOG_LEVEL_INFO,
		   &(struct happening){.kind = HAPPENING_SHRINK,
				       .group = tree_group_path(s->path, group, sizeof(group)),
				       .at = a->at},
		   "%s: %s: the lower limit of %s waits until less is in use", s->path, knob_key_name(s->knob),
		   size_text(s->wanted_bytes, size, sizeof(size)));
}

static void note_shrinking(struct daemon *d, const struct plan *plan)
{
	size_t n_before = d->n_shrinking;
	auto_free struct shrinking *before = must_alloc((n_before + 1) * sizeof(*before));

	for (size_t i = 0; i < n_before; i++)
		before[i] = d->shrinking[i];
	d->n_shrinking = 0;
	reclaim_keep(d->reclaim, plan->first, plan->n_first);
	for (size_t i = 0; i < plan->n_first; i++) {
		const struct action *a = &plan->first[i];
		const struct seen_cgroup *seen = tree_find(&d->tree, a->path ? a->path : "");
		const struct value *use;

		if (a->kind != ACTION_WRITE || a->only_below_bytes == 0)
			continue;
		use = !seen ? NULL : a->memsw ? &seen->memsw_current : &seen->memory_current;
		if (use && use->kind == VALUE_NUMBER && use->number <= a->only_below_bytes)
			continue;
		array_grow(d->shrinking, d->n_shrinking, d->cap_shrinking);
		d->shrinking[d->n_shrinking++] = (struct shrinking){
			must_strdup(a->path), a->knob, a->only_below_bytes,
			use && use->kind == VALUE_NUMBER ? use->number : UINT64_MAX};
		tell_shrinking(d, &d->shrinking[d->n_shrinking - 1], before, n_before, a);
	}
	for (size_t i = 0; i < n_before; i++)
		free(before[i].path);
}

static int on_evacuate(void *ctx, unsigned hierarchy, const char *from, const char *to)
{
	struct daemon *d = ctx;
	struct err e = {0};
	int r = mover_evacuate(d->mover, hierarchy, from, to, &e);

	sampler_told_move(d->sampler);
	if (r < 0)
		settle_trouble(d, TROUBLE_APPLY, GROUP_NONE, e.text);
	return r;
}

static void on_action(void *ctx, const struct action *a, int error, const struct err *e)
{
	if (error != ERANGE || !settle_drift_raced(ctx, a))
		settle_tell_action(ctx, a, error, e);
}

int settle_observe(struct daemon *d, struct err *e)
{
	if (d->machine.placement == PLACEMENT_UNITS) {
		settle_units_observe(d);
		return 0;
	}
	tree_free(&d->tree);
	d->tree = (struct tree){0};
	int r = observe_tree(d->kernel, &d->machine, &d->tree, e);

	memcpy(d->tree.base_given, d->base_given, sizeof(d->tree.base_given));
	return r;
}

/* What we are about to enable in a base is ours to take back: written down first, since we may be killed right after. */
static void note_given(struct daemon *d, const struct plan *plan)
{
	uint32_t before[HIERARCHIES_MAX];

	memcpy(before, d->base_given, sizeof(before));
	for (unsigned h = 0; h < d->machine.n_hierarchies; h++)
		if (d->machine.hierarchies[h].controllers) /* else nothing was seen of it */
			d->base_given[h] &= d->tree.base_enabled[h]; /* what somebody took away is no longer ours to give back */
	for (size_t i = 0; i < plan->n_first; i++) {
		const struct action *a = &plan->first[i];

		if (a->kind == ACTION_ENABLE && !a->path)
			d->base_given[a->hierarchy] |= 1U << controller_find(a->text + 1, 2);
	}
	if (memcmp(before, d->base_given, sizeof(before)) != 0)
		settle_save_base(d);
}

/* Cpusets that change take with them, before Linux 6.2, what threads were bound to. */
static bool touches_cpusets(const struct action *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool switches = list[i].kind == ACTION_ENABLE || list[i].kind == ACTION_DISABLE;

		if ((switches && !strcmp(list[i].text + 1, controller_rows[CONTROLLER_CPUSET].v2)) ||
		    (list[i].kind == ACTION_WRITE && list[i].knob == KNOB_CPUS))
			return true;
	}
	return false;
}

/* One half of a plan. */
static void apply_guarded(struct daemon *d, struct applier *a, const struct plan *plan, bool is_last, struct apply_result *ret)
{
	bool touches = is_last ? touches_cpusets(plan->last, plan->n_last) : touches_cpusets(plan->first, plan->n_first);
	struct affinities *bound = touches ? mover_affinities_take(d->mover) : NULL;

	if (is_last)
		apply_last(a, plan, ret);
	else
		apply_first(a, plan, ret);
	mover_affinities_give_back(bound);
}

enum { ROUND_DONE, ROUND_BUSY, ROUND_REMOVED };

/*
 * One round of plan, writes, look and removals. BUSY: something could not be removed yet. REMOVED: something was,
 * so that what the kernel refused for its sake (a v1 cpuset is not narrowed below its children) is worth a new plan.
 */
static int round_of(struct daemon *d, struct err *e)
{
	struct applier applier = {
		.kernel = d->kernel,
		.machine = &d->machine,
		.reclaim = d->reclaim,
		.refusals = &d->refusals,
		.evacuate = on_evacuate,
		.tell = on_action,
		.ctx = d,
	};
	struct apply_result first = {0}, last = {0};
	struct tree planned = {0}; /* what the plan borrows from */
	uint64_t begun = placer_now_ns();
	struct plan *plan;
	int r;

	plan = plan_make(d->want, &d->machine, &d->tree, &d->refusals);
	plan_hold(plan, d->drift.found.list, d->drift.n_held);
	note_shrinking(d, plan);
	note_given(d, plan);
	apply_guarded(d, &applier, plan, false, &first);
	d->applied_ns = placer_now_ns() - begun;
	if (plan->n_first + plan->n_last > 0)
		mover_forget(d->mover);
	/* A plan that begins with nothing leaves the tree as it was just seen. */
	r = 0;
	if (plan->n_first > 0) {
		planned = d->tree;
		d->tree = (struct tree){0};
		r = settle_observe(d, e);
	}
	if (r == 0) {
		troubles_begin(&d->troubles, TROUBLE_PLACE);
		r = placer_look(&d->placer, &d->tree, e);
		troubles_settle(&d->troubles, TROUBLE_PLACE);
	}
	if (r == 0 && plan->n_last > 0) {
		mover_forget(d->mover);
		apply_guarded(d, &applier, plan, true, &last);
		r = settle_observe(d, e);
	}
	plan_free(plan);
	tree_free(&planned);
	if (r < 0)
		return r;
	return last.failed > 0 ? ROUND_BUSY : last.done > 0 ? ROUND_REMOVED : ROUND_DONE;
}

int settle_kernel(struct daemon *d, struct err *e)
{
	int r, round = ROUND_BUSY;

	if (d->machine.placement == PLACEMENT_UNITS)
		return settle_units(d, e);
	settle_delegation(d);
	r = settle_observe(d, e);
	d->lost = false; /* so far: all processes are listed after this */
	if (r == 0)
		settle_drift_find(d);
	for (unsigned i = 0; r == 0 && round != ROUND_DONE && i < EMPTYING_ROUNDS; i++) {
		troubles_begin(&d->troubles, TROUBLE_APPLY);
		round = round_of(d, e);
		if (round < 0)
			r = round;
	}
	troubles_settle(&d->troubles, TROUBLE_APPLY);
	d->again = r == 0 && round == ROUND_BUSY;
	return r;
}

static void drop_shrinking(struct daemon *d, const struct reclaim_report *report)
{
	for (size_t i = 0; i < d->n_shrinking; i++) {
		struct shrinking *s = &d->shrinking[i];

		if (strcmp(s->path, report->path) != 0 || s->knob != report->knob)
			continue;
		if (!report->landed && !report->error) {
			s->use_bytes = report->use_bytes;
			return;
		}
		free(s->path);
		*s = d->shrinking[--d->n_shrinking];
		return;
	}
}

void settle_shrunk(struct daemon *d)
{
	struct reclaim_report report;

	while (reclaim_take(d->reclaim, &report)) {
		drop_shrinking(d, &report);
		if (d->machine.placement == PLACEMENT_UNITS) {
			settle_units_soon(d);
		} else if (report.landed) {
			settle_say(d, LOG_LEVEL_INFO,
				   &(struct happening){.kind = HAPPENING_SHRINK, .group = report.path},
				   "%s: %s: the lower limit of %llu bytes is in force", report.path,
				   knob_rows[report.knob].id, (unsigned long long)report.wanted_bytes);
			sampler_told_write(d->sampler);
			d->again = true;
		}
		if (report.error) {
			auto_free char *text = must_printf("%s: %s: %s; the old limit stays", report.path,
							   knob_rows[report.knob].id, strerror(report.error));

			settle_trouble(d, TROUBLE_APPLY, GROUP_NONE, text);
		}
		free(report.path);
	}
}

