/* The answer of Ps: the members of groups. */
#include <stdlib.h>

#include <cgq/memory.h>

#include "namespace_state.h"
#include "report.h"
#include "report_json.h"
#include "report_namespaces.h"
#include "report_how.h"
#include "report_pin.h"
#include "report_rules.h"
#include "users.h"

struct listing {
	const struct view *v;
	unsigned only; /* with its children; GROUP_NONE: all */
	struct member *list;
	size_t n, cap;
};

static bool is_within(const struct policy *p, unsigned group, unsigned ancestor)
{
	while (group != GROUP_NONE && group != ancestor)
		group = p->groups[group].parent;
	return group == ancestor;
}

static void collect(void *ctx, struct member *m)
{
	struct listing *l = ctx;
	const struct policy *p = l->v->choice->policy;

	if (m->group >= p->n_groups || (l->only != GROUP_NONE && !is_within(p, m->group, l->only)))
		return;
	array_grow(l->list, l->n, l->cap);
	l->list[l->n++] = *m;
}

static int compare_pid(const void *a, const void *b)
{
	pid_t x = ((const struct member *)a)->pid, y = ((const struct member *)b)->pid;

	return (x > y) - (x < y);
}

/* Looked at now: it may have changed its name or user since it was placed. NULL: it is gone, or another by now. */
static json_t *process(const struct view *v, const struct member *m, const struct rule_index *rules, struct users *users)
{
	struct proc_facts f = { .pid = m->pid };
	bool same = proc_read(v->proc, &f, FACT_STAT) == 0 && f.start_ticks == m->start_ticks && !f.exiting;
	bool has_user = same && proc_read(v->proc, &f, FACT_IDS) == 0;
	json_t *o = same ? json_object() : NULL;
	const struct pin *pin;

	if (o) {
		put_u64(o, "pid", (uint64_t)m->pid);
		put_text(o, "name", f.comm);
		put_text(o, "user", has_user ? users_name(users, f.uid) : NULL);
		put_text(o, "group", v->choice->policy->groups[m->group].path);
		put_rule(o, "rule", rule_index_find(rules, m->rule_key));
		pin = m->kind == VERDICT_PINNED ? pins_find(v->pins, m->pid) : NULL;
		put_text(o, "how", namespace_is_keeper(v->keeping, m->pid, m->start_ticks) ? "keeper" : report_how(m->kind, pin));
		report_pin(pin, users, o);
		report_inside(v, m->group, m->pid, m->start_ticks, o);
	}
	proc_facts_done(&f);
	return o;
}

json_t *report_ps(const struct view *v, const char *group)
{
	struct listing l = { .v = v, .only = group ? policy_group(v->choice->policy, group) : GROUP_NONE };
	struct users *users;
	struct rule_index rules;
	json_t *o, *list;

	if (group && l.only == GROUP_NONE)
		return NULL;
	o = json_object();
	list = json_array();
	users = users_load();
	rule_index_init(&rules, v->choice->policy);
	members_each(v->members, collect, &l);
	if (l.n)
		qsort(l.list, l.n, sizeof(*l.list), compare_pid);
	for (size_t i = 0; i < l.n; i++) {
		json_t *one = process(v, &l.list[i], &rules, users);

		if (one)
			json_array_append_new(list, one);
	}
	rule_index_done(&rules);
	users_free(users);
	free(l.list);
	put(o, "processes", list);
	return o;
}
