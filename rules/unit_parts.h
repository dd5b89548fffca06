/* The parts of unit_want_make, each for some knobs. */
#pragma once

#include "unit_want.h"

/* What is being made, and of what. */
struct unit_wanting {
	const struct policy *p;
	const struct machine *m;
	const struct want *want;
	const struct seen_units *seen;
	struct unit_want *u;
	bool *limited;	       /* by unit: of an enforced group, without a refusal */
	unsigned *units_below; /* by group: limited units of it and of its children */
};

/* What is asked of a group; NULL: it is not enforced. */
const struct wanted *unit_group_wanted(const struct want *want, unsigned group, enum knob k);
/* The nearest group of group and those above it that has a value of that kind of its own; GROUP_NONE: none. */
unsigned unit_group_asking(const struct unit_wanting *c, unsigned group, enum knob k, enum value_kind kind);
bool unit_group_is_in(const struct policy *p, unsigned group, unsigned above); /* is it above, or below it? */

/* Asks a value of a unit; from: the group's, whose line it is for; NULL: no line. */
void unit_ask(const struct unit_wanting *c, unsigned unit, enum knob k, const struct value *v, const struct wanted *from);
/* Why it is not to be had, or, with a value, not as asked. */
void unit_note(const struct unit_wanting *c, unsigned unit, enum knob k, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* As it was before cgqd, changed or not. */
const struct value *unit_base(const struct seen_unit *u, enum knob k);
bool unit_is_root(const struct seen_units *seen, unsigned unit); /* the root slice: the kernel has no limits there */
bool unit_is_slice(const struct seen_unit *u);

void unit_want_limits(const struct unit_wanting *c);  /* what several units have together */
void unit_want_protection(const struct unit_wanting *c); /* memory.low and memory.min */
void unit_want_weights(const struct unit_wanting *c);
