/*
 * The rules that may fit one process, in winning order. A fact is read once a rule that asks for it is the next one
 * to be judged, and not for rules behind the winner.
 */
#pragma once

#include "rule_index.h"
#include "term_fits.h"

/* Names of a process and its parent, 4 each; file, uid, gid, args, unit, tag; its cgroups, and the manager's. */
#define WALK_TEXTS_MAX (15 + HIERARCHIES_MAX)

/* Before a fact is read, so many rules that ask for it are asked whether what is cheaper decides. */
#define WALK_PATIENCE 8

struct rule_walk {
	const struct rule_index *ix;
	const struct policy *policy;
	const struct look *look;
	uint32_t unread;	/* bit per fact that rules may still ask for */
	unsigned patience;
	unsigned next;		/* every rule below was told, or cannot fit */
	struct rule_list filed[MATCH__COUNT];
	unsigned n_open;
	struct rule_list open[WALK_TEXTS_MAX * (INDEX_PREFIX_MAX + 1) + 1]; /* the process leads to these */
};

void rule_walk_begin(struct rule_walk *w, const struct rule_index *ix, const struct policy *p, const struct look *l);
/* The next rule that may fit, or RULE_NONE. */
unsigned rule_walk_next(struct rule_walk *w);
