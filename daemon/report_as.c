/* The answer of ExplainAs: where a process with such facts would go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "classify.h"
#include "report.h"
#include "report_how.h"
#include "report_json.h"
#include "report_knobs.h"
#include "term_fits.h"
#include "text.h"

struct as {
	const struct view *v;
	const json_t *given;	   /* by the names of what a rule can look at */
	bool is_given[MATCH__COUNT];
	struct proc_facts facts;
	json_t *tried;
};

static const char *given_text(const struct as *a, enum match_kind kind)
{
	return json_string_value(json_object_get(a->given, match_rows[kind].name));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Which file it is comes from who asks: a path that a reader made up must not have the daemon wait for a dead server. */
static void take_exe(struct as *a)
{
	const char *path = given_text(a, MATCH_EXE);
	json_t *device = json_object_get(a->given, "exe_device"), *inode = json_object_get(a->given, "exe_inode");

	if (path)
		a->facts.exe_name = must_strdup(base_name(path));
	a->is_given[MATCH_EXE] = json_is_integer(device) && json_is_integer(inode);
	if (!a->is_given[MATCH_EXE])
		return;
	a->facts.exe_dev = (uint64_t)json_integer_value(device);
	a->facts.exe_ino = (uint64_t)json_integer_value(inode);
	a->facts.known |= FACT_BIT(FACT_FILE);
}

/* Numbers: the name service may be slow, and is for who asks to ask. */
static int take_id(const struct as *a, enum match_kind kind, uint32_t *ret, struct err *e)
{
	const char *text = given_text(a, kind);
	uint64_t id = UINT32_MAX; /* nobody's */

	if (text && (text_u64(text, &id) < 0 || id >= UINT32_MAX))
		return fail(e, EINVAL, "%s=%s is not the number of one", match_rows[kind].name, TEXT_ESCAPED(text));
	*ret = (uint32_t)id;
	return 0;
}

static int take_ids(struct as *a, struct err *e)
{
	int r = take_id(a, MATCH_USER, &a->facts.uid, e);

	if (r == 0)
		r = take_id(a, MATCH_GROUP, &a->facts.gid, e);
	if (a->is_given[MATCH_USER] || a->is_given[MATCH_GROUP])
		a->facts.known |= FACT_BIT(FACT_IDS);
	return r;
}

/* A name that is given is its only one: that of the executable and of argv[0] as well, unless these are given too. */
static void take_name(struct as *a)
{
	struct proc_facts *f = &a->facts;
	const char *args = given_text(a, MATCH_ARGS), *name = given_text(a, MATCH_NAME);

	if (!name)
		name = f->exe_name;
	if (args) {
		auto_free char *first = must_strndup(args, strcspn(args, " "));

		f->args = must_strdup(args);
		f->argv0_name = must_strdup(base_name(first));
	}
	if (!name)
		name = f->argv0_name;
	if (!name)
		return;
	a->is_given[MATCH_NAME] = true;
	strncpy(f->comm, name, sizeof(f->comm) - 1);
	if (!f->exe_name)
		f->exe_name = must_strdup(name);
	f->known |= FACT_BIT(FACT_EXE) | FACT_BIT(FACT_ARGS);
}

static char *copy_of(const char *text)
{
	return text ? must_strdup(text) : NULL;
}

/* What is not given is taken to be elsewhere: in no unit, below no manager, in this pid namespace. */
static void take_rest(struct as *a)
{
	struct proc_facts *f = &a->facts;

	f->manager_cgroup = copy_of(given_text(a, MATCH_CGROUP));
	f->unit = copy_of(given_text(a, MATCH_UNIT));
	f->parent_names[0] = copy_of(given_text(a, MATCH_PARENT));
	f->tag = copy_of(given_text(a, MATCH_TAG));
	f->known |= FACT_BIT(FACT_STAT) | FACT_BIT(FACT_NAMESPACE) | FACT_BIT(FACT_CGROUP) | FACT_BIT(FACT_PARENT) |
		    FACT_BIT(FACT_TAG);
}

static int take_facts(struct as *a, struct err *e)
{
	int r;

	for (unsigned k = 0; k < MATCH__COUNT; k++)
		a->is_given[k] = given_text(a, k) != NULL;
	take_exe(a);
	r = take_ids(a, e);
	take_name(a);
	take_rest(a);
	return r;
}

/* Would it not fit, whatever else were given? */
static bool is_settled_no(struct as *a, const struct rule *rule)
{
	const struct look l = {a->v->resolved, &a->facts, NULL};

	for (size_t t = 0; t < rule->n_terms; t++)
		if (a->is_given[rule->terms[t].kind] && !term_fits(&l, &rule->terms[t]))
			return true;
	return false;
}

/* "user, args": what the rule looks at that was not given; NULL where it does not matter. */
static char *depends_on(struct as *a, const struct rule *rule, bool fits)
{
	bool told[MATCH__COUNT] = {false};
	char *all = NULL;

	if (!fits && is_settled_no(a, rule))
		return NULL;
	for (size_t t = 0; t < rule->n_terms; t++) {
		enum match_kind kind = rule->terms[t].kind;
		char *longer;

		if (a->is_given[kind] || told[kind])
			continue;
		told[kind] = true;
		longer = must_printf("%s%s%s", all ? all : "", all ? ", " : "", match_rows[kind].name);
		free(all);
		all = longer;
	}
	return all;
}

static void tried(void *ctx, const struct policy *p, unsigned rule, const struct term *failed)
{
	struct as *a = ctx;
	json_t *one = report_rule(&p->rules[rule]);
	auto_free char *depends = depends_on(a, &p->rules[rule], !failed);

	put_text(one, "group", p->groups[p->rules[rule].group].path);
	put_text(one, "failed", failed ? failed->text : NULL);
	put_text(one, "depends", depends);
	json_array_append_new(a->tried, one);
}

static json_t *limits_of(const struct view *v, unsigned group)
{
	json_t *list = json_array();

	for (; group != GROUP_NONE; group = v->choice->policy->groups[group].parent)
		report_knobs(v, group, list);
	return list;
}

json_t *report_as(const struct view *v, const json_t *given, struct err *e)
{
	struct as a = {.v = v, .given = given};
	const struct policy *p = v->choice->policy;
	struct standing nowhere = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	struct trace trace = {tried, &a};
	struct verdict verdict;
	json_t *o;

	if (take_facts(&a, e) < 0) {
		proc_facts_done(&a.facts);
		return NULL;
	}
	a.tried = json_array();
	classify(p, v->resolved, &a.facts, NULL, &nowhere, &trace, &verdict);
	o = json_object();
	put_text(o, "group", verdict.group < p->n_groups ? p->groups[verdict.group].path : NULL);
	put_text(o, "how", report_how(verdict.kind, NULL));
	put_rule(o, "rule", verdict.rule < p->n_rules ? &p->rules[verdict.rule] : NULL);
	put_text(o, "exclusion", verdict.kind == VERDICT_EXCLUDED ? verdict.exclusion : NULL);
	put(o, "tried", a.tried);
	put(o, "limits", limits_of(v, verdict.group));
	proc_facts_done(&a.facts);
	return o;
}
