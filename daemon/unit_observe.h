/* The units that matter, as they stand: those with members, those that rules name, those that cgqd has changed; and their slices. */
#pragma once

#include <cgq/policy.h>
#include <cgq/tree.h>
#include <cgq/unit.h>

#include "kernel.h"
#include "unit_book.h"
#include "unit_store.h"
#include "units.h"

struct unit_look {
	struct units *units;
	struct kernel *kernel;
	const struct machine *machine;
	unsigned hierarchy; /* of v2 */
	const struct policy *policy;
	bool passive;	    /* nobody is limited: only what is to be given back is looked at */
	const struct unit_book *book;
	const struct unit_store *store;
};

/* ret: empty. Loads and rivals are left unknown. 0, or -errno where systemd does not answer. */
int unit_observe(const struct unit_look *look, struct seen_units *ret, struct err *e);
/* The kernel's values of each anew; a cgroup that is gone meanwhile has none. */
void unit_observe_kernel(struct kernel *k, const struct machine *m, unsigned hierarchy, struct seen_units *seen);
/* The same as a tree, whose cgroups are the units that run and the slices on the way. */
void unit_tree(const struct seen_units *seen, unsigned hierarchy, struct tree *ret);
void seen_units_done(struct seen_units *seen);
