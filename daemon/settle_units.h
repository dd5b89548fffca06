/* What the files of settle share about units of systemd; nobody else includes it. */
#pragma once

#include "daemon.h"
#include "unit_book.h"
#include "unit_name.h"

unsigned settle_units_hierarchy(const struct daemon *d); /* of v2 */
/* Brings units to what is wanted, after a look at every process; what settle_kernel() is for a tree. */
int settle_units(struct daemon *d, struct err *e);
/*
 * The want of groups, taken over, becomes d->want for units as they were seen last. NULL: the groups' stays, and d->want
 * is made of it anew.
 */
void settle_units_want(struct daemon *d, struct want *groups);
void settle_units_observe(struct daemon *d); /* the kernel's values anew */
void settle_units_forget(struct daemon *d);  /* another policy: indexes and places are of the old one */

/* settle_units_loose.c: members that are in no unit are put into a scope; how many were. */
size_t settle_units_gather(struct daemon *d, const struct unit_book *book);
/* That one process, wherever it is. */
int settle_units_into_scope(struct daemon *d, const struct book_loose *one, struct err *e);
bool settle_units_is_limited(const struct daemon *d, const char *unit, unsigned group); /* for that group, as seen last */
/* settle_units_apply.c */
void settle_units_apply(struct daemon *d, const struct unit_plan *plan);
void settle_units_shrinking(struct daemon *d, struct unit_plan *plan); /* limits that wait until less is in use */
/* settle_units_freeze.c */
void settle_units_freeze(struct daemon *d); /* as persons want it */
