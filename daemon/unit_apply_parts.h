/* What unit_apply.c and its two halves share: actions of one unit that are neighbours and of one direction. */
#pragma once

#include "unit_apply.h"

struct unit_deed {
	const struct unit_action *action;
	struct unit_result result;
	struct err e;
	bool is_told; /* its outcome stands */
};

struct unit_run {
	struct unit_applier *a;
	const char *unit;
	struct unit_deed *list;
	size_t n;
	struct arena arena; /* of lists in values, until its results have been told */
};

/* First the store, for all of them; then one after the other. Those whose outcome stands are left alone. */
void unit_run_keep(struct unit_run *run);
void unit_run_set(struct unit_run *run);
void unit_run_give_back(struct unit_run *run);

/* Ends those that have to wait until less memory is used. */
void unit_run_guard(struct unit_run *run);
/* r and e are what was tried came to. */
void unit_deed_end(struct unit_deed *d, enum unit_outcome outcome, int r, const struct err *e);
/* The same for all whose outcome does not stand yet. */
void unit_run_end(struct unit_run *run, enum unit_outcome outcome, int r, const struct err *e);
/*
 * Sets list, by index of the run's deeds, as far as their outcome does not stand: together, or if systemd takes not all
 * of them, one by one. Ends those that it does not take. *after is what the unit is now; false: nobody can say.
 */
bool unit_run_send(struct unit_run *run, const struct unit_setting *list, struct unit_props *after);
/* What became of one that systemd took, by what it and the kernel say now. */
void unit_deed_judge(struct unit_run *run, struct unit_deed *d, const struct value *expected, const struct unit_props *after);
