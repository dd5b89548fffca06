/* From the text of a policy to a kernel that has it: what the daemon does in a round, in the hands of a test. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "observe.h"
#include "plan_make.h"
#include "reclaim.h"
#include "want_make.h"

#include "policy_text.h"

struct rounds {
	struct kernel *k;
	const struct machine *m;
	struct reclaim *reclaim;
	struct refusals refusals;
	uint32_t given[HIERARCHIES_MAX]; /* what the daemon would remember of the bases */
	struct apply_result first, last;
	const bool *frozen; /* by group; NULL: none */
	struct policy *policy;
	struct want *want;
	struct tree tree;
	struct plan *plan;
	struct err told; /* of the last action that failed */
};

static inline void rounds_forget(struct rounds *r)
{
	plan_free(r->plan);
	tree_free(&r->tree);
	want_free(r->want);
	policy_free(r->policy);
	r->plan = NULL;
	r->want = NULL;
	r->policy = NULL;
}

static inline void rounds_done(struct rounds *r)
{
	rounds_forget(r);
	refusals_clear(&r->refusals);
}

static inline void action_print(const struct action *a)
{
	static const char *const kinds[] = { "make", "evacuate", "enable", "disable", "write", "remove", "reunite" };

	fprintf(stderr, "%u: %s %s %s %s (%s)\n", a->hierarchy, kinds[a->kind], a->path ? a->path : "BASE",
		a->file ? a->file : "", a->text ? a->text : "", a->was ? a->was : "");
}

/* Looks again and plans again, for the policy that stands. */
static inline void rounds_look(struct rounds *r)
{
	struct err e = { 0 };

	plan_free(r->plan);
	tree_free(&r->tree);
	if (observe_tree(r->k, r->m, &r->tree, &e) < 0)
		fprintf(stderr, "%s\n", e.text);
	assert_int_equal(e.code, 0);
	memcpy(r->tree.base_given, r->given, sizeof(r->given));
	r->plan = plan_make(r->want, r->m, &r->tree, &r->refusals);
}

static inline void rounds_plan(struct rounds *r, const char *text)
{
	rounds_forget(r);
	r->policy = policy_of(text);
	r->want = want_make(r->policy, r->m, false, r->frozen);
	rounds_look(r);
}

/* As the mover does, for processes that stand still. */
static inline int rounds_evacuate(void *ctx, unsigned hierarchy, const char *from, const char *to)
{
	struct rounds *r = ctx;
	const struct hierarchy *h = &r->m->hierarchies[hierarchy];
	char pids[4096], *save = NULL;
	int fd, failed = 0;

	if (r->k->read(r->k, h, from, "cgroup.procs", pids, sizeof(pids), NULL) < 0)
		return -ENOENT;
	fd = r->k->open_procs(r->k, h, to, NULL);
	for (char *pid = strtok_r(pids, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save))
		failed |= dprintf(fd, "%s\n", pid) < 0;
	close(fd);
	if (strstr(h->mount, "cgq-test-dir")) { /* a plain file keeps what it is not told to forget */
		char full[2048];

		snprintf(full, sizeof(full), "%s%s/cgroup.procs", h->mount, from);
		failed |= truncate(full, 0) < 0;
	}
	return failed ? -EBUSY : 0;
}

static inline void rounds_tell(void *ctx, const struct action *a, int error, const struct err *e)
{
	struct rounds *r = ctx;

	if (error)
		r->told = *e;
	assert_int_equal(error, e->code);
}

static inline void rounds_apply(struct rounds *r)
{
	struct applier a = { .kernel = r->k, .machine = r->m, .reclaim = r->reclaim, .refusals = &r->refusals,
			     .evacuate = rounds_evacuate, .tell = rounds_tell, .ctx = r };

	apply_first(&a, r->plan, &r->first);
	apply_last(&a, r->plan, &r->last);
}

/* The plan holds nothing: a second run writes nothing. */
static inline void rounds_settled(struct rounds *r)
{
	rounds_look(r);
	for (size_t i = 0; i < r->plan->n_first; i++)
		action_print(&r->plan->first[i]);
	for (size_t i = 0; i < r->plan->n_last; i++)
		action_print(&r->plan->last[i]);
	assert_int_equal(r->plan->n_first + r->plan->n_last, 0);
}

/* Plans, applies without a failure, and plans again in vain. */
static inline void rounds_reach(struct rounds *r, const char *text)
{
	rounds_plan(r, text);
	rounds_apply(r);
	if (r->first.failed + r->last.failed) {
		fprintf(stderr, "%s%s\n", text, r->told.text);
		for (size_t i = 0; i < r->plan->n_first; i++)
			action_print(&r->plan->first[i]);
	}
	assert_int_equal(r->first.failed + r->last.failed, 0);
	rounds_settled(r);
}

/* Place of the first such action among the first ones; fails when there is none. */
static inline size_t rounds_at(const struct rounds *r, enum action_kind kind, const char *path, const char *file,
			       const char *text)
{
	for (size_t i = 0; i < r->plan->n_first; i++) {
		const struct action *a = &r->plan->first[i];

		if (a->kind == kind && (path ? a->path && !strcmp(a->path, path) : !a->path) &&
		    (!file || (a->file && !strcmp(a->file, file))) && (!text || (a->text && !strcmp(a->text, text))))
			return i;
	}
	for (size_t i = 0; i < r->plan->n_first; i++)
		action_print(&r->plan->first[i]);
	fail_msg("no such action: %s %s %s", path ? path : "BASE", file ? file : "", text ? text : "");
	return 0;
}
