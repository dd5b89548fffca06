/* One process as /proc would tell it, and how a policy of a few rules judges it. */
#pragma once

#include "policy_built.h"

#include <errno.h>

#include "classify.h"
#include "rule_index.h"

/* A process as /proc would tell it; what is not readable is listed by bit. */
struct world {
	struct proc_facts truth;
	uint32_t unreadable;
	unsigned reads[FACT__COUNT];
};

static inline char *copy_of(const char *s)
{
	return s ? must_strdup(s) : NULL;
}

static inline int world_read(void *ctx, struct proc_facts *f, enum fact what)
{
	struct world *w = ctx;

	w->reads[what]++;
	if (w->unreadable & FACT_BIT(what)) {
		f->failed |= FACT_BIT(what);
		return -EACCES;
	}
	f->known |= FACT_BIT(what);
	f->uid = w->truth.uid;
	f->gid = w->truth.gid;
	f->nested_pid_namespace = w->truth.nested_pid_namespace;
	f->pid_namespace = w->truth.pid_namespace;
	f->exe_dev = w->truth.exe_dev;
	f->exe_ino = w->truth.exe_ino;
	if (what == FACT_EXE)
		f->exe_name = copy_of(w->truth.exe_name);
	if (what == FACT_ARGS) {
		f->args = copy_of(w->truth.args);
		f->args_cut = w->truth.args_cut;
		f->argv0_name = copy_of(w->truth.argv0_name);
		f->script_name = copy_of(w->truth.script_name);
	}
	if (what == FACT_TAG)
		f->tag = copy_of(w->truth.tag);
	for (size_t h = 0; what == FACT_CGROUP && h < ARRAY_SIZE(f->cgroups); h++)
		f->cgroups[h] = copy_of(w->truth.cgroups[h]);
	if (what == FACT_CGROUP) {
		f->manager_cgroup = copy_of(w->truth.manager_cgroup);
		f->unit = copy_of(w->truth.unit);
	}
	for (size_t i = 0; what == FACT_PARENT && i < ARRAY_SIZE(f->parent_names); i++)
		f->parent_names[i] = copy_of(w->truth.parent_names[i]);
	return 0;
}

static struct file_id mariadbd_ids[] = {{1, 10}, {1, 11}};

/* exe 0 is there (twice, as a glob may be), exe 1 is not; user 0 is 33, user 1 does not exist; the same for groups */
static struct resolved_exe exes[BUILT_MAX] = {{mariadbd_ids, 2}};
static struct resolved_id ids[BUILT_MAX] = {{true, 33}, {false, 0}};
static const struct resolved resolved = {.exes = exes, .users = ids, .user_groups = ids};
static const struct standing nowhere = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};

static inline struct verdict judge_by(const struct policy *p, const struct resolved *r, struct world *w,
				      const struct standing *s, const struct trace *trace)
{
	struct proc_facts f = {
		.pid = w->truth.pid ? w->truth.pid : 812,
		.known = FACT_BIT(FACT_STAT),
		.kernel_thread = w->truth.kernel_thread,
	};
	struct facts_reader reader = {world_read, w};
	struct verdict v;

	memcpy(f.comm, w->truth.comm, sizeof(f.comm));
	classify(p, r, &f, &reader, s, trace, &v);
	for (int k = 0; k < FACT__COUNT; k++)
		assert_true(w->reads[k] <= 1);
	proc_facts_done(&f);
	return v;
}

/* By the index, as the daemon does; one rule after the other must come to the same. */
static inline struct verdict judge(const struct row *rows, size_t n, struct world *w, const struct standing *s,
				   const struct trace *trace)
{
	struct policy *p = built_new(rows, n);
	struct resolved indexed = resolved;
	struct world other = *w;
	struct verdict slow = judge_by(p, &resolved, &other, s, NULL), v;

	indexed.index = rule_index_new(p, &resolved);
	v = judge_by(p, &indexed, w, s, trace);
	assert_int_equal(v.kind, slow.kind);
	assert_int_equal(v.group, slow.group);
	assert_int_equal(v.rule, slow.rule);
	rule_index_free(indexed.index);
	built_free(p);
	return v;
}
