/* The answer of Explain: why one process is where it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "classify.h"
#include "report.h"
#include "report_how.h"
#include "report_json.h"
#include "report_knobs.h"
#include "report_rules.h"
#include "users.h"

static void tried(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
	json_t *one = report_rule(&p->rules[rule]);

	put_text(one, "group", p->groups[p->rules[rule].group].path);
	put_text(one, "failed", failed ? failed->text : NULL);
	json_array_append_new(ctx, one);
}

/* Of that very process, not of an earlier one with its number. */
static struct member *member_of(const struct view *v, const struct proc_facts *f)
{
	struct member *m = members_find(v->members, f->pid);

	return m && m->start_ticks == f->start_ticks && m->group < v->choice->policy->n_groups ? m : NULL;
}

static unsigned group_of_pid(const struct view *v, pid_t pid)
{
	const struct member *m = members_find(v->members, pid);

	return m ? m->group : GROUP_NONE;
}

static bool is_below(const char *path, const char *base)
{
	size_t len = strlen(base);

	return !strncmp(path, base, len) && (!path[len] || path[len] == '/');
}

/* What only the daemon knows. NULL: it may be placed. */
static const char *forbidden(const struct view *v, const struct proc_facts *f)
{
	if (f->pid == v->self)
		return "cgqd itself";
	for (unsigned h = 0; h < v->machine->n_hierarchies; h++) {
		const struct hierarchy *one = &v->machine->hierarchies[h];
		const char *why;

		if (!f->cgroups[h])
			continue;
		why = proc_delegation(v->proc, one->mount, f->cgroups[h]);
		if (!why && !is_below(f->cgroups[h], one->base))
			why = "outside the delegated scope that cgqd runs in";
		if (why)
			return why;
	}
	return NULL;
}

/* Judged anew, with every rule that is tried on the way. */
static void judge(const struct view *v, struct proc_facts *f, json_t *list, struct verdict *ret)
{
	struct facts_reader reader = v->reader.read ? v->reader : proc_reader(v->proc);
	struct trace trace = { tried, list };
	const struct member *m = member_of(v, f);
	struct standing standing = { .parent_group = group_of_pid(v, f->ppid), .current_group = m ? m->group : GROUP_NONE };
	const char *why;

	classify(v->choice->policy, v->resolved, f, &reader, &standing, &trace, ret);
	if (ret->kind == VERDICT_EXCLUDED || (ret->kind == VERDICT_NONE && f->pid != v->self))
		return;
	if (!(f->known & FACT_BIT(FACT_CGROUP)))
		reader.read(reader.ctx, f, FACT_CGROUP);
	why = forbidden(v, f);
	if (!why)
		return;
	*ret = (struct verdict){ .kind = VERDICT_EXCLUDED, .group = GROUP_NONE, .rule = UINT32_MAX };
	snprintf(ret->exclusion, sizeof(ret->exclusion), "%s", why);
}

static json_t *by_hierarchy(const struct machine *m, const char *const *paths)
{
	json_t *o = json_object();

	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		char name[128];

		if (paths[h] && report_hierarchy_name(&m->hierarchies[h], name, sizeof(name)))
			put_text(o, name, paths[h][0] ? paths[h] : "/");
	}
	return o;
}

/* Where it is now, whatever the placer would say of it. */
static json_t *cgroups_now(const struct view *v, const struct proc_facts *f)
{
	struct proc_facts now = { .pid = f->pid, .start_ticks = f->start_ticks };
	json_t *o;

	proc_read(v->proc, &now, FACT_CGROUP);
	o = by_hierarchy(v->machine, (const char *const *)now.cgroups);
	proc_facts_done(&now);
	return o;
}

/* The daemon's clock does not count a suspended machine's sleep: then the time is late by as much. */
static void put_moved_at(json_t *o, const struct member *m)
{
	struct timespec mono, real;
	char text[32];
	struct tm tm;
	time_t at;

	if (!m || !m->placed_ns) {
		put(o, "moved_at", json_null());
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	at = real.tv_sec - (mono.tv_sec - (time_t)(m->placed_ns / 1000000000U));
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	put_text(o, "moved_at", text);
}

static void put_limits(const struct view *v, unsigned group, json_t *o)
{
	json_t *list = json_array();

	for (; group != GROUP_NONE; group = v->choice->policy->groups[group].parent)
		report_knobs(v, group, list);
	put(o, "limits", list);
}

static void put_user(const struct view *v, struct proc_facts *f, json_t *o)
{
	struct users *users = users_load();
	bool known = f->known & FACT_BIT(FACT_IDS) || proc_read(v->proc, f, FACT_IDS) == 0;

	put_text(o, "user", known ? users_name(users, f->uid) : NULL);
	users_free(users);
}

/* For a member what really brought it here, else what the rules say of it. */
static void put_verdict(const struct view *v, const struct member *m, const struct verdict *verdict, json_t *o)
{
	const struct policy *p = v->choice->policy;
	const struct rule *rule = verdict->rule < p->n_rules ? &p->rules[verdict->rule] : NULL;
	unsigned group = m ? m->group : verdict->group;
	struct rule_index rules;

	rule_index_init(&rules, p);
	if (m && !(rule && m->kind == VERDICT_RULE))
		rule = rule_index_find(&rules, m->rule_key);
	rule_index_done(&rules);
	put_text(o, "group", group < p->n_groups ? p->groups[group].path : NULL);
	put_text(o, "how", report_how(m ? m->kind : verdict->kind));
	put_rule(o, "rule", rule);
	put_text(o, "exclusion", !m && verdict->kind == VERDICT_EXCLUDED ? verdict->exclusion : NULL);
	put_limits(v, group, o);
}

json_t *report_explain(const struct view *v, pid_t pid, struct err *e)
{
	struct proc_facts f = { .pid = pid };
	struct verdict verdict;
	const struct member *m;
	json_t *o, *list;
	int r = proc_read(v->proc, &f, FACT_STAT);

	if (r < 0) {
		fail(e, -r, "pid %d: %s", pid, strerror(-r));
		proc_facts_done(&f);
		return NULL;
	}
	o = json_object();
	list = json_array();
	judge(v, &f, list, &verdict);
	m = member_of(v, &f);
	put_u64(o, "pid", (uint64_t)pid);
	put_text(o, "name", f.comm);
	put_user(v, &f, o);
	put_verdict(v, m, &verdict, o);
	put(o, "tried", list);
	put_moved_at(o, m);
	put(o, "cgroups", cgroups_now(v, &f));
	put(o, "origins", m ? by_hierarchy(v->machine, m->origins) : json_object());
	proc_facts_done(&f);
	return o;
}
