/* The parts of want_make, each for the knobs of one controller. */
#pragma once

#include "want_make.h"

/* What is being made, and of what. */
struct wanting {
	const struct policy *p;
	const struct machine *m;
	struct want *w;
	const bool *frozen; /* by group; NULL: none */
};

/* The amount that the policy sets for this knob of this node, or NULL. A leaf _self has none: limits are its group's. */
const struct amount *want_amount(const struct wanting *c, const struct node *n, enum knob k);
/* Asked and to be had? Then the parts below give its value; else the default or nothing stands there already. */
const struct amount *want_possible(const struct wanting *c, const struct node *n, enum knob k);
/* Version of a controller's hierarchy; 0: mounted nowhere. */
int want_version(const struct machine *m, enum controller c);
/* Why it is not to be had, or, with a value, not as asked. */
void want_note(const struct wanting *c, struct node *n, enum knob k, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void want_cpu(const struct wanting *c);
void want_memory(const struct wanting *c);
