/*
 * The rules that may fit one process, in winning order. A fact is read once a rule that asks for it is the next one
 * to be judged, and not for rules behind the winner.
 */
#pragma once

#include "rule_index.h"
#include "term_fits.h"

/* A process chooses its texts, and so what they lead to. What is more is all that is filed under the kind. */
#define WALK_OPEN_MAX 64

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
	struct rule_list open[WALK_OPEN_MAX + MATCH__COUNT + 1]; /* the process leads to these */
	uint32_t all_open;	/* bit per kind: all that is filed under it is open */
};

void rule_walk_begin(struct rule_walk *w, const struct rule_index *ix, const struct policy *p, const struct look *l);
/* The next rule that may fit, or RULE_NONE. */
unsigned rule_walk_next(struct rule_walk *w);
