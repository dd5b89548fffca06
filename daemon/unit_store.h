/*
 * What units were before cgqd changed them, kept in the state folder: saved before the first change, so that any
 * daemon of this boot can give it back. After a boot /run is empty, and so is this.
 */
#pragma once

#include <cgq/err.h>
#include <cgq/unit.h>

#include "unit_files.h"

#define UNIT_STORE_UNITS_MAX 10000

struct knob_kept {
	enum knob knob;
	/* the property, a weight of 0 being "idle"; UNKNOWN: the unit was not there, and its own files will say */
	struct value before; /* its list is owned */
	struct kept_file file; /* its control file */
};

struct unit_kept {
	char *name;
	char *group;			  /* path of the group that it is limited for; "" for a slice on the way */
	struct unit_folders_stand folders; /* before cgqd */
	struct knob_kept *list;		  /* one a property, by knob, ascending */
	size_t n, cap;
};

/* An all-zero store is an empty one. */
struct unit_store {
	struct unit_kept **list; /* by name */
	size_t n, cap;
	bool changed;
};

void unit_store_done(struct unit_store *s);
struct unit_kept *unit_store_find(const struct unit_store *s, const char *unit); /* NULL: not changed by cgqd */
/* Of a property, by any knob of it. */
const struct knob_kept *unit_kept_find(const struct unit_kept *u, enum knob k);
/*
 * As seen_unit has it: UNKNOWN where cgqd did not change it; of weight and "idle", one is known when the other is. Of a unit
 * that was not there: no limit, which stands for whatever its own files will say.
 */
void unit_store_before(const struct unit_store *s, const char *unit, enum knob k, struct arena *arena, struct value *ret);

/* Found, or made with these folders; the group is replaced. NULL: UNIT_STORE_UNITS_MAX, or no name of a unit. */
struct unit_kept *unit_store_put(struct unit_store *s, const char *unit, const char *group, struct unit_folders_stand folders);
/* The first value counts, of which a copy is made: what is kept already stays. Takes the file over, and leaves it empty, either way. */
void unit_kept_put(struct unit_store *s, struct unit_kept *u, enum knob k, const struct value *before, struct kept_file *file);
/* The knob was given back; a unit goes with its last one. */
void unit_store_drop(struct unit_store *s, const char *unit, enum knob k);

/* folder -1: nothing is kept, and there is nothing. -errno with a line for the log: what could be read is in s. */
int unit_store_load(int folder, struct unit_store *s, struct err *e);
/* Nothing is written where nothing changed. Fails where what it would write could not be loaded again. */
int unit_store_save(int folder, struct unit_store *s, struct err *e);
