/* Rules that take sshd and the journal, with all else, into a group that is held low. */
#include "lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "glob.h"
#include "lint_values.h"
#include "text.h"

/* What a rule may look at, of a system service as Debian runs it. */
struct sample {
	const char *facts[MATCH__COUNT];
	const char *user_id; /* of the account and of its group */
};

#define SERVICE(name, exe, args, unit, cgroup)                                                                       \
	{                                                                                                            \
		{ [MATCH_NAME] = (name), [MATCH_EXE] = (exe), [MATCH_USER] = "root", [MATCH_GROUP] = "root",         \
		  [MATCH_ARGS] = (args), [MATCH_UNIT] = (unit), [MATCH_CGROUP] = (cgroup),                           \
		  [MATCH_PARENT] = "systemd" },                                                                      \
		"0"                                                                                                  \
	}

static const struct sample services[] = {
	SERVICE("sshd", "/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", "ssh.service",
		"/system.slice/ssh.service"),
	SERVICE("systemd-journald", "/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald",
		"systemd-journald.service", "/system.slice/systemd-journald.service"),
};

/* Who names sshd means it. A rule that takes this one as well named nobody. */
static const struct sample nobody =
	SERVICE("no-such-service", "/usr/sbin/no-such-service", "/usr/sbin/no-such-service", "no-such-service.service",
		"/system.slice/no-such-service.service");

static bool value_fits(const struct pattern *v, const char *fact)
{
	return fact && (v->is_glob ? glob_match(v->text, fact) : strcmp(v->text, fact) == 0);
}

static bool term_fits_sample(const struct term *t, const struct sample *s)
{
	bool account = t->kind == MATCH_USER || t->kind == MATCH_GROUP;

	for (size_t i = 0; i < t->n_values; i++)
		if (value_fits(&t->values[i], s->facts[t->kind]) || (account && value_fits(&t->values[i], s->user_id)))
			return !t->negated;
	return t->negated;
}

static bool rule_fits_sample(const struct rule *r, const struct sample *s)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (!term_fits_sample(&r->terms[i], s))
			return false;
	return true;
}

/* The rule that wins, or NULL. */
static const struct rule *sample_rule(const struct policy *p, const struct sample *s)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (rule_fits_sample(&p->rules[i], s))
			return &p->rules[i];
	return NULL;
}

/* A login is a dozen tasks; a system at rest has 100 to 300. */
#define TASKS_LOW 500

/* The lowest ceiling of a group and those above it. */
static double ceiling_of(const struct policy *p, unsigned group, const double *ceilings)
{
	double ret = ceilings[group];

	for (; group != GROUP_NONE; group = p->groups[group].parent)
		if (ceilings[group] < ret)
			ret = ceilings[group];
	return ret;
}

static bool runs_idle(const struct policy *p, unsigned group)
{
	for (; group != GROUP_NONE; group = p->groups[group].parent)
		if (group_setting(&p->groups[group], KEY_CPU_IDLE)->at.file && group_setting(&p->groups[group], KEY_CPU_IDLE)->max.n)
			return true;
	return false;
}

/* Half of a machine is low for all that runs on it. ret "": it is not held low; else "10% CPU, 512M memory". */
static void held_text(const struct policy *p, unsigned group, const struct machine *m, char *ret, size_t size)
{
	struct dimension cpu = dimension_of(KEY_CPU, m), memory = dimension_of(KEY_MEMORY, m);
	auto_free double *cores = values_make(p, &cpu, false), *bytes = values_make(p, &memory, false);
	auto_free double *tasks = values_make(p, &(struct dimension){ KEY_TASKS, 1e9 }, false);
	double n_cores = ceiling_of(p, group, cores), n_bytes = ceiling_of(p, group, bytes),
	       n_tasks = ceiling_of(p, group, tasks);
	size_t len = 0;

	ret[0] = '\0';
	if (runs_idle(p, group))
		len += (size_t)snprintf(ret + len, size - len, ", CPU that nobody else wants");
	if (n_cores < cpu.machine / 2)
		len += (size_t)snprintf(ret + len, size - len, ", %.4g%% CPU", 100 * n_cores / cpu.machine);
	if (n_bytes < memory.machine / 2)
		len += (size_t)snprintf(ret + len, size - len, ", %s memory", AMOUNT_SHOWN(KEY_MEMORY, n_bytes));
	if (n_tasks < TASKS_LOW)
		len += (size_t)snprintf(ret + len, size - len, ", %.0f tasks", n_tasks);
	if (len)
		memmove(ret, ret + 2, len - 1);
}

/* Told once of a rule. */
void lint_catch_alls(const struct policy *p, const struct machine *m, struct faults *faults)
{
	const struct rule *told = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct rule *r = sample_rule(p, &services[i]);
		const char *name = services[i].facts[MATCH_NAME];
		char held[160];

		if (!r || r == told || !rule_fits_sample(r, &nobody) || !p->groups[r->group].enforce)
			continue;
		held_text(p, r->group, m, held, sizeof(held));
		if (!held[0])
			continue;
		fault_add(faults, SEVERITY_WARNING, r->at,
			  "takes %s too, and whatever else no earlier rule takes, into [%s], which is held to %s", name,
			  p->groups[r->group].path, held);
		told = r;
	}
}
