/* Groups that reserve something for whoever calls himself rightly. */
#include "lint.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "reading_order.h"
#include "text.h"

/*
 * A process sets its own name, argv[0] and environment, and is its children's parent. It does not choose its account
 * or its executable's inode; nor its cgroup, since what users delegate to themselves is never placed.
 */
static bool is_forgeable(enum match_kind kind)
{
	return kind == MATCH_NAME || kind == MATCH_ARGS || kind == MATCH_PARENT || kind == MATCH_TAG;
}

static bool rule_is_forgeable(const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (!r->terms[i].negated && !is_forgeable(r->terms[i].kind))
			return false;
	return true;
}

/* The key by which the group gets what others then lack, or KEY__COUNT. */
static enum key reserving_key(const struct group *g)
{
	static const enum key keys[] = { KEY_CPU, KEY_MEMORY_MIN, KEY_MEMORY_LOW };

	for (size_t i = 0; g->enforce && i < ARRAY_SIZE(keys); i++) {
		const struct setting *s = group_setting(g, keys[i]);

		if (s->at.file && reserve_amount(keys[i], s)->n)
			return keys[i];
	}
	return KEY__COUNT;
}

static void rule_lint(const struct policy *p, const struct rule *r, enum key key, struct faults *faults)
{
	fault_add(faults, SEVERITY_HINT, r->at,
		  "any user's process can call itself what '%s' asks for, and share in what [%s] reserves (%s = %s): "
		  "add user:, or name the executable by exe:",
		  TEXT_ESCAPED(r->text), p->groups[r->group].path, key_rows[key].name,
		  group_setting(&p->groups[r->group], key)->text);
}

void lint_forgeable(const struct policy *p, struct faults *faults)
{
	auto_free bool *told = must_alloc(p->n_groups + 1);

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];
		enum key key = reserving_key(&p->groups[r->group]);

		if (told[r->group] || key == KEY__COUNT || !rule_is_forgeable(r))
			continue;
		told[r->group] = true;
		rule_lint(p, r, key, faults);
	}
}
