/*
 * A plan for units is carried out: store, drop-in, one SetUnitProperties a unit, and all of it read back. Given back
 * likewise: the value, then the files as they were.
 */
#pragma once

#include <cgq/policy.h>
#include <cgq/unit.h>

#include "kernel.h"
#include "unit_files.h"
#include "unit_store.h"
#include "units.h"

/* How systemd is asked: units_bus(), or a test's own. */
struct unit_bus {
	void *ctx;
	int (*get)(void *ctx, const char *name, struct unit_props *ret, struct err *e);
	int (*set)(void *ctx, const char *name, const struct unit_setting *list, size_t n, struct err *e);
};

struct unit_bus units_bus(struct units *u);

enum unit_outcome {
	APPLIED_DONE,	 /* systemd and kernel say what was asked, or have it back */
	APPLIED_LATER,	 /* the unit is not there, or has no cgroup: the drop-in holds once it runs */
	APPLIED_WAITS,	 /* only_below_bytes: not yet */
	APPLIED_OTHER,	 /* systemd took it (-ERANGE), and something else is read back: now, and from whom in e */
	APPLIED_REFUSED, /* -errno, in systemd's words */
};

struct unit_result {
	enum unit_outcome outcome;
	int error;	  /* positive errno of APPLIED_OTHER and APPLIED_REFUSED */
	struct value set; /* systemd's property afterwards; of a unit that is not there, what its drop-in says */
	struct value kernel; /* UNKNOWN where there is none */
	const struct err *e;
};

/* What is known of the unit afterwards: where nothing was done, all stands as it did. */
void unit_result_take(struct seen_unit *u, enum knob k, const struct unit_result *r, struct arena *arena);

struct unit_applier {
	struct unit_bus bus;
	struct unit_store *store;
	int state; /* folder of the store; -1 keeps nothing */
	const struct unit_folders *folders;
	struct kernel *kernel;		    /* for reading back; NULL: systemd's word is taken */
	const struct hierarchy *hierarchy;  /* the v2 one */
	uint32_t page_bytes;
	const struct policy *policy;	    /* names of groups, for the store */
	/* Is what the unit uses now at most action->only_below_bytes? Asked directly before; NULL: never. */
	bool (*is_below)(void *ctx, const struct unit_action *a);
	/* Told of every action once. */
	void (*tell)(void *ctx, const struct unit_action *a, const struct unit_result *r);
	void *ctx;
};

/*
 * In the plan's order; neighbours of the same unit go together. What fails touches nothing but its unit, and is told. 0,
 * or -errno where the store could not be saved: then nothing new was begun (told as refused), or what was given back is
 * given back once more by the next daemon.
 */
int unit_apply(struct unit_applier *a, const struct unit_plan *p, const struct seen_units *seen, struct err *e);

/* Gives back all that the store knows, without a plan. -EAGAIN: something is left, as was told; it is in the store. */
int unit_give_back_all(struct unit_applier *a, struct err *e);
