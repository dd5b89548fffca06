/* One term of a rule against one process, reading no more than it needs. */
#include <string.h>

#include <cgq/auto.h>

#include "glob.h"
#include "term_fits.h"

enum fit { FIT_NO, FIT_YES, FIT_UNKNOWN };

bool look_know(const struct look *l, enum fact what)
{
	struct proc_facts *f = l->facts;

	/* The script is looked for by the name of the executable: without this it would depend on the order of rules. */
	if (what == FACT_ARGS)
		look_know(l, FACT_EXE);
	if (!((f->known | f->failed) & FACT_BIT(what)) && (!l->reader || l->reader->read(l->reader->ctx, f, what) < 0))
		f->failed |= FACT_BIT(what);
	return f->known & FACT_BIT(what);
}

static bool text_fits(const struct term *t, const char *text)
{
	for (size_t i = 0; text && i < t->n_values; i++) {
		const struct pattern *v = &t->values[i];

		if (v->is_glob ? glob_match(v->text, text) : strcmp(v->text, text) == 0)
			return true;
	}
	return false;
}

static enum fit fact_fits(const struct look *l, enum fact what, const struct term *t, char *const *text)
{
	if (!look_know(l, what))
		return FIT_UNKNOWN;
	return text_fits(t, *text) ? FIT_YES : FIT_NO;
}

/* "java *": a star at the end takes whatever follows. */
static bool has_open_end(const char *glob)
{
	size_t len = strlen(glob), escapes = 0;

	if (!len || glob[len - 1] != '*')
		return false;
	while (escapes + 1 < len && glob[len - 2 - escapes] == '\\')
		escapes++;
	return escapes % 2 == 0;
}

/* Where more may follow than was read, only what takes any end is known to fit, and nothing is known not to. */
static enum fit args_fit(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;

	if (!look_know(l, FACT_ARGS))
		return FIT_UNKNOWN;
	if (!f->args_cut)
		return text_fits(t, f->args) ? FIT_YES : FIT_NO;
	for (size_t i = 0; i < t->n_values; i++) {
		const struct pattern *v = &t->values[i];

		if (v->is_glob && has_open_end(v->text) && glob_match(v->text, f->args))
			return FIT_YES;
	}
	return FIT_UNKNOWN;
}

/* comm first: it is at hand. It holds 15 bytes, so that a longer value fits one of the other names only. */
static enum fit name_fits(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;
	bool exe, args;

	if (text_fits(t, f->comm))
		return FIT_YES;
	exe = look_know(l, FACT_EXE);
	if (exe && text_fits(t, f->exe_name))
		return FIT_YES;
	args = look_know(l, FACT_ARGS);
	if (args && (text_fits(t, f->argv0_name) || text_fits(t, f->script_name)))
		return FIT_YES;
	return exe && args ? FIT_NO : FIT_UNKNOWN;
}

static enum fit exe_fits(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;

	if (!look_know(l, FACT_FILE))
		return FIT_UNKNOWN;
	for (size_t i = 0; i < t->n_values; i++) {
		const struct resolved_exe *one = &l->resolved->exes[t->values[i].ref];

		for (size_t k = 0; k < one->n; k++)
			if (one->ids[k].ino == f->exe_ino && one->ids[k].dev == f->exe_dev)
				return FIT_YES;
	}
	return FIT_NO;
}

static enum fit id_fits(const struct look *l, const struct term *t, const struct resolved_id *ids, const uint32_t *id)
{
	if (!look_know(l, FACT_IDS))
		return FIT_UNKNOWN;
	for (size_t i = 0; i < t->n_values; i++) {
		const struct resolved_id *one = &ids[t->values[i].ref];

		if (one->known && one->id == *id)
			return FIT_YES;
	}
	return FIT_NO;
}

/* Any of its paths: on v1 it may stand elsewhere in every hierarchy. */
static enum fit cgroup_fits(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;

	if (!look_know(l, FACT_CGROUP))
		return FIT_UNKNOWN;
	if (text_fits(t, f->manager_cgroup))
		return FIT_YES;
	for (size_t h = 0; h < ARRAY_SIZE(f->cgroups); h++)
		if (text_fits(t, f->cgroups[h]))
			return FIT_YES;
	return FIT_NO;
}

static enum fit parent_fits(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;

	if (!look_know(l, FACT_PARENT))
		return FIT_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(f->parent_names); i++)
		if (text_fits(t, f->parent_names[i]))
			return FIT_YES;
	return FIT_NO;
}

static enum fit kind_fits(const struct look *l, const struct term *t)
{
	const struct proc_facts *f = l->facts;

	switch (t->kind) {
	case MATCH_NAME:
		return name_fits(l, t);
	case MATCH_EXE:
		return exe_fits(l, t);
	case MATCH_USER:
		return id_fits(l, t, l->resolved->users, &f->uid);
	case MATCH_GROUP:
		return id_fits(l, t, l->resolved->user_groups, &f->gid);
	case MATCH_ARGS:
		return args_fit(l, t);
	case MATCH_UNIT:
		return fact_fits(l, FACT_CGROUP, t, &f->unit);
	case MATCH_CGROUP:
		return cgroup_fits(l, t);
	case MATCH_PARENT:
		return parent_fits(l, t);
	case MATCH_TAG:
		return fact_fits(l, FACT_TAG, t, &f->tag);
	case MATCH__COUNT:
		break;
	}
	return FIT_UNKNOWN;
}

bool term_fits(const struct look *l, const struct term *t)
{
	return kind_fits(l, t) == (t->negated ? FIT_NO : FIT_YES);
}

unsigned kind_cost(enum match_kind kind)
{
	static const unsigned costs[MATCH__COUNT] = {
		[MATCH_NAME] = 2, /* comm, and if that does not fit exe and cmdline */
		[MATCH_EXE] = 1,
		[MATCH_USER] = 1,
		[MATCH_GROUP] = 1,
		[MATCH_ARGS] = 2,
		[MATCH_UNIT] = 1,
		[MATCH_CGROUP] = 1,
		[MATCH_PARENT] = KIND_COST_MAX, /* three looks at another process */
		[MATCH_TAG] = 4,		/* up to 128 KiB */
	};

	return costs[kind];
}

bool rule_fits_below(const struct look *l, const struct rule *rule, unsigned cost)
{
	for (unsigned now = 0; now < cost; now++)
		for (size_t i = 0; i < rule->n_terms; i++)
			if (kind_cost(rule->terms[i].kind) == now && !term_fits(l, &rule->terms[i]))
				return false;
	return true;
}
