/* The units that matter, as they stand: those with members, those that rules name, those that cgqd has changed; and their slices. */
#pragma once

#include <cgq/policy.h>
#include <cgq/tree.h>
#include <cgq/unit.h>

#include "kernel.h"
#include "unit_apply.h"
#include "unit_book.h"
#include "unit_store.h"

struct unit_look {
	struct unit_bus bus; /* only asked */
	struct kernel *kernel;
	const struct machine *machine;
	unsigned hierarchy; /* of v2 */
	const struct policy *policy;
	bool passive;	    /* nobody is limited: only what is to be given back is looked at */
	const struct unit_book *book;
	const struct unit_store *store;
	const struct unit_folders *folders;
	const struct seen_units *last; /* NULL: nothing was seen yet */
};

/*
 * ret: empty. Loads and rivals are left unknown. One that systemd does not want to tell of is refused in its words. 0, or
 * -errno where systemd does not answer at all.
 */
int unit_observe(const struct unit_look *look, struct seen_units *ret, struct err *e);
/* The kernel's values of each anew; a cgroup that is gone meanwhile has none. */
void unit_observe_kernel(struct kernel *k, const struct machine *m, unsigned hierarchy, struct seen_units *seen);
/* The same as a tree, whose cgroups are the units that run and the slices on the way. */
void unit_tree(const struct seen_units *seen, unsigned hierarchy, struct tree *ret);
void seen_units_done(struct seen_units *seen);
