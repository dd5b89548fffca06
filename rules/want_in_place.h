/* What groups are to have becomes what each unit is to have that their processes are in. */
#pragma once

#include <cgq/machine.h>
#include <cgq/unit.h>

/*
 * The same as w, want_make()'s, for the units seen, of which u is asked: nodes[0] is the root, then the slices on the
 * way, then group by group its units; a group that has none yet has one node of its own path, of which nothing is wanted.
 * No group has a leaf. Borrows from p, seen and u, and takes over nothing of w.
 */
struct want *want_in_place(const struct policy *p, const struct machine *m, const struct want *w,
			   const struct seen_units *seen, const struct unit_want *u);
