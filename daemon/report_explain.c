/* The answer of Explain: why one process is where it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "classify.h"
#include "departed.h"
#include "namespace_state.h"
#include "report.h"
#include "report_how.h"
#include "report_json.h"
#include "report_knobs.h"
#include "report_namespaces.h"
#include "report_pin.h"
#include "report_rules.h"
#include "report_unlimited.h"
#include "users.h"

static void tried(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
	json_t *one = report_rule(&p->rules[rule]);

	put_text(one, "group", p->groups[p->rules[rule].group].path);
	put_text(one, "failed", failed ? failed->text : NULL);
	put(one, "depends", json_null());
	json_array_append_new(ctx, one);
}

/* Of that very process, not of an earlier one with its number. */
static struct member *member_of(const struct view *v, const struct proc_facts *f)
{
	struct member *m = members_find(v->members, f->pid);

	return m && m->start_ticks == f->start_ticks && m->group < v->choice->policy->n_groups ? m : NULL;
}

static const struct pin *pin_of(const struct view *v, const struct proc_facts *f)
{
	const struct pin *pin = pins_find(v->pins, f->pid);

	return pin && pin->start_ticks == f->start_ticks && pin->group[0] ? pin : NULL;
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

static bool is_helper(const struct view *v, pid_t pid)
{
	return v->helpers && helpers_have(v->helpers, pid);
}

/* What only the daemon knows. NULL: it may be placed. */
static const char *forbidden(const struct view *v, const struct proc_facts *f)
{
	if (f->pid == v->self)
		return "cgqd itself";
	if (is_helper(v, f->pid))
		return "a process of cgqd";
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
static void judge(const struct view *v, struct proc_facts *f, const struct pin *pin, json_t *list, struct verdict *ret)
{
	struct facts_reader reader = v->reader.read ? v->reader : proc_reader(v->proc);
	struct trace trace = { tried, list };
	const struct member *m = member_of(v, f);
	struct standing standing = { .parent_group = group_of_pid(v, f->ppid), .current_group = m ? m->group : GROUP_NONE };
	const char *why;

	standing.own = v->keeping ? keeping_own(v->keeping) : NULL;
	standing.is_pinned = pin != NULL;
	standing.is_started = pin && pin->run;
	standing.pinned_group = pin ? policy_group(v->choice->policy, pin->group) : GROUP_NONE;
	classify(v->choice->policy, v->resolved, f, &reader, &standing, &trace, ret);
	if (ret->kind == VERDICT_EXCLUDED || (ret->kind == VERDICT_NONE && f->pid != v->self && !is_helper(v, f->pid)))
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
static void put_now(const struct view *v, const struct proc_facts *f, unsigned group, json_t *o)
{
	struct proc_facts now = { .pid = f->pid, .start_ticks = f->start_ticks };

	proc_read(v->proc, &now, FACT_CGROUP);
	report_next_start(v, group, &now, o);
	put(o, "cgroups", by_hierarchy(v->machine, (const char *const *)now.cgroups));
	put_unlimited(v, &now, group, o);
	proc_facts_done(&now);
}

static uint64_t ns_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000U + (uint64_t)t->tv_nsec;
}

/* The daemon's clock does not count a suspended machine's sleep: then the time is late by as much. */
static void put_time(json_t *o, const char *key, uint64_t mono_ns)
{
	struct timespec mono, real;
	char text[32];
	struct tm tm;
	time_t at;

	if (!mono_ns) {
		put(o, key, json_null());
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	at = (time_t)((ns_of(&real) - (ns_of(&mono) - mono_ns)) / 1000000000U);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	put_text(o, key, text);
}

static void put_limits(const struct view *v, unsigned group, json_t *o)
{
	json_t *list = json_array();

	for (; group != GROUP_NONE; group = v->choice->policy->groups[group].parent)
		report_knobs(v, group, list);
	put(o, "limits", list);
}

/* pinned_to may be a group that is in no policy just now. */
static void put_people(const struct view *v, struct proc_facts *f, const struct pin *pin, json_t *o)
{
	struct users *users = users_load();
	bool known = f->known & FACT_BIT(FACT_IDS) || proc_read(v->proc, f, FACT_IDS) == 0;

	put_text(o, "user", known ? users_name(users, f->uid) : NULL);
	put_text(o, "pinned_to", pin ? pin->group : NULL);
	put(o, "pinned_children", pin ? json_boolean(pin->children) : json_null());
	report_pin(pin, users, o);
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
	put_text(o, "how", report_how(m ? m->kind : verdict->kind, NULL));
	put_rule(o, "rule", rule);
	put_text(o, "exclusion", !m && verdict->kind == VERDICT_EXCLUDED ? verdict->exclusion : NULL);
	put_limits(v, group, o);
}

static void put_past_rule(const struct view *v, const struct departed_one *one, json_t *o)
{
	struct rule_index rules;
	json_t *rule;

	if (!one->group) {
		rule_index_init(&rules, v->choice->policy);
		put_rule(o, "rule", rule_index_find(&rules, one->m.rule_key));
		rule_index_done(&rules);
		return;
	}
	rule = one->file ? json_object() : json_null();
	if (one->file) {
		put_text(rule, "file", one->file);
		put_u64(rule, "line", one->line);
		put_text(rule, "text", one->text);
	}
	put(o, "rule", rule);
}

/* What is remembered of one that has ended: no cgroup and no limit holds it any more. */
static json_t *explain_departed(const struct view *v, const struct departed_one *one)
{
	const struct policy *p = v->choice->policy;
	json_t *o = json_object();

	put_u64(o, "pid", (uint64_t)one->m.pid);
	put_text(o, "name", one->m.comm);
	put(o, "user", json_null());
	put_text(o, "group", one->group ? one->group : one->m.group < p->n_groups ? p->groups[one->m.group].path : NULL);
	put_text(o, "how", report_how(one->m.kind, NULL));
	put_past_rule(v, one, o);
	put(o, "exclusion", json_null());
	put(o, "tried", json_array());
	put_time(o, "moved_at", one->m.placed_ns);
	put_time(o, "ended_at", one->ended_ns);
	put(o, "cgroups", json_object());
	put(o, "unit", json_null());
	put(o, "unlimited", json_null());
	put(o, "origins", by_hierarchy(v->machine, one->m.origins));
	put(o, "limits", json_array());
	put(o, "namespace", json_null());
	put(o, "pending", json_array());
	return o;
}

/* A thread's number, as top shows it, means its process: that is what belongs to a group. */
static pid_t process_of(const struct view *v, pid_t number)
{
	pid_t process;

	return proc_of_thread(v->proc, number, &process) == 0 ? process : number;
}

json_t *report_explain(const struct view *v, pid_t number, struct err *e)
{
	pid_t pid = process_of(v, number);
	struct proc_facts f = { .pid = pid };
	struct verdict verdict;
	const struct member *m;
	const struct departed_one *past;
	const struct pin *pin;
	json_t *o, *list;
	int r = proc_read(v->proc, &f, FACT_STAT);

	past = r < 0 && v->departed ? departed_find(v->departed, pid) : NULL;
	if (past) {
		proc_facts_done(&f);
		return explain_departed(v, past);
	}
	if (r < 0) {
		fail(e, -r, "pid %d: %s", pid, strerror(-r));
		proc_facts_done(&f);
		return NULL;
	}
	o = json_object();
	list = json_array();
	pin = pin_of(v, &f);
	judge(v, &f, pin, list, &verdict);
	m = member_of(v, &f);
	put_u64(o, "pid", (uint64_t)pid);
	put_text(o, "name", f.comm);
	put_people(v, &f, pin, o);
	put_verdict(v, m, &verdict, o);
	if (pin && verdict.kind != VERDICT_EXCLUDED)
		put_text(o, "how", report_how(VERDICT_PINNED, pin));
	if (namespace_is_keeper(v->keeping, f.pid, f.start_ticks))
		put_text(o, "how", "keeper");
	report_inside(v, m ? m->group : GROUP_NONE, f.pid, f.start_ticks, o);
	report_namespace_wait(v, m ? m->group : GROUP_NONE, o);
	put(o, "tried", list);
	put_time(o, "moved_at", m ? m->placed_ns : 0);
	put(o, "ended_at", json_null());
	put_now(v, &f, m ? m->group : verdict.group, o);
	put(o, "origins", m ? by_hierarchy(v->machine, m->origins) : json_object());
	proc_facts_done(&f);
	return o;
}
