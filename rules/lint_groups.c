/* Settings that contradict or come to nothing. */
#include "lint.h"

#include <string.h>

#include <cgq/knob.h>

#include "namespaces_read.h"
#include "text.h"

static bool is_set(const struct group *g, enum key key)
{
	return group_setting(g, key)->at.file;
}

static bool is_yes(const struct group *g, enum key key)
{
	return is_set(g, key) && group_setting(g, key)->max.n;
}

static void idle_lint(const struct group *g, struct faults *faults)
{
	const struct setting *cpu = group_setting(g, KEY_CPU);

	if (is_yes(g, KEY_CPU_IDLE) && is_set(g, KEY_CPU) && cpu->min.n)
		fault_add(faults, SEVERITY_WARNING, group_setting(g, KEY_CPU_IDLE)->at,
			  "cpu.idle: an idle group gets only what nobody else wants; 'cpu = %s' reserves nothing then",
			  cpu->text);
}

static void burst_lint(const struct group *g, struct faults *faults)
{
	const struct setting *burst = group_setting(g, KEY_CPU_BURST);
	bool ceiling = is_set(g, KEY_CPU) && group_setting(g, KEY_CPU)->max.kind != AMOUNT_MAX;

	if (is_set(g, KEY_CPU_BURST) && burst->max.n && !ceiling)
		fault_add(faults, SEVERITY_WARNING, burst->at, "cpu.burst: means nothing without a ceiling of cpu");
}

/* What the nearest ancestor that says anything allows; NULL: no ancestor does. */
static const char *inherited_list(const struct policy *p, const struct group *g, enum key key)
{
	while (g->parent != GROUP_NONE) {
		g = &p->groups[g->parent];
		if (is_set(g, key) && group_setting(g, key)->max.kind == AMOUNT_LIST)
			return group_setting(g, key)->max.list;
	}
	return NULL;
}

static void list_lint(const struct policy *p, const struct group *g, enum key key, const char *machine_list,
		      struct faults *faults)
{
	const struct setting *s = group_setting(g, key);
	const char *outer = inherited_list(p, g, key);
	bool of_group = outer;

	if (!is_set(g, key) || s->max.kind != AMOUNT_LIST)
		return;
	if (!outer)
		outer = machine_list;
	if (*outer && !text_list_within(s->max.list, outer))
		fault_add(faults, SEVERITY_WARNING, s->at, "%s: '%s' is not within %s (%s)", key_rows[key].name, s->text,
			  of_group ? "what the group above it has" : "what this machine has online", outer);
}

static void empty_lint(const struct group *g, struct faults *faults)
{
	if (g->n_rules || g->n_children || namespaces_any(&g->namespaces) || g->n_run_users) /* made for what is started in it */
		return;
	for (unsigned i = 0; i < KEY__COUNT; i++)
		if (key_has_knob(i) && is_set(g, i)) {
			fault_add(faults, SEVERITY_HINT, g->at,
				  "[%s] has limits, but no match: nothing gets into it by itself", g->path);
			return;
		}
}

/* What a file is not named for, the kernel cannot be asked to hold back. */
static bool names_file(const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (r->terms[i].kind == MATCH_EXE && !r->terms[i].negated)
			return true;
	return false;
}

/* Only known once the program is there: before that, a rule that asks for it fits nobody. */
static const struct term *late_term(const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (r->terms[i].kind == MATCH_ARGS || r->terms[i].kind == MATCH_TAG)
			return &r->terms[i];
	return NULL;
}

static void strict_lint(const struct policy *p, unsigned group, struct faults *faults)
{
	const struct group *g = &p->groups[group];
	const struct term *late = NULL;

	if (!is_yes(g, KEY_STRICT))
		return;
	for (size_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].group != group || !names_file(&p->rules[i]))
			continue;
		late = late_term(&p->rules[i]);
		if (!late)
			return;
	}
	if (late)
		fault_add(faults, SEVERITY_WARNING, group_setting(g, KEY_STRICT)->at,
			  "strict: does nothing: '%s' is known only once the program runs", late->text);
	else
		fault_add(faults, SEVERITY_WARNING, group_setting(g, KEY_STRICT)->at,
			  "strict: does nothing without a match that says exe:");
}

void lint_groups(const struct policy *p, const struct machine *m, struct faults *faults)
{
	for (unsigned i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];

		idle_lint(g, faults);
		burst_lint(g, faults);
		list_lint(p, g, KEY_CPUS, m->cpu_list, faults);
		list_lint(p, g, KEY_MEMS, m->node_list, faults);
		empty_lint(g, faults);
		strict_lint(p, i, faults);
	}
}
