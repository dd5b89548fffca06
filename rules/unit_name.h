/* Which unit of systemd a cgroup belongs to, by its path alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/memory.h>

#define UNIT_OWN_SLICE "cgq.slice" /* of the scopes that cgqd starts */

enum unit_place {
	UNIT_STRANGE,  /* no unit's: made by hand, or in a slice itself */
	UNIT_ROOT,     /* "/": kernel threads, and what somebody left there */
	UNIT_INIT,     /* init.scope: pid 1 */
	UNIT_SERVICE,  /* a .service, in slices only: can be limited in place */
	UNIT_SESSION,  /* user.slice/user-0.slice/session-1.scope: a login session */
	UNIT_USER,     /* user@0.service: of the user's own manager, with all below */
	UNIT_MACHINE,  /* in machine.slice: a container or guest */
	UNIT_SCOPE,    /* another .scope */
	UNIT_OTHER,    /* .socket, .mount, .swap: runs helpers for a moment only */
};

/* One cgroup on the way. */
struct unit_step {
	const char *name;   /* "system.slice"; "-.slice" is the root */
	const char *cgroup; /* from the mount's root: "/system.slice"; "" of the root */
};

/* All in the arena. */
struct unit_path {
	enum unit_place place;
	struct unit_step *slices; /* from the root on; slices[0] is "-.slice" */
	size_t n_slices;
	struct unit_step unit;	  /* name NULL: of UNIT_ROOT and UNIT_STRANGE */
	const char *below;	  /* what of the path is below the unit: "" or "/app.slice/x.service" */
};

/*
 * "/system.slice/system-postgresql.slice/postgresql@15-main.service": -.slice, system.slice, system-postgresql.slice and
 * the unit. Of UNIT_STRANGE, slices are those above what is strange.
 */
void unit_path_read(struct arena *a, const char *cgroup, struct unit_path *ret);

/* The name of a unit, with suffix, as systemd accepts it. */
bool unit_name_is_valid(const char *name);
bool unit_name_has_suffix(const char *name, const char *suffix); /* ".service" */

/* Where systemd puts a unit of that slice: "/system.slice/x.service"; of a slice itself with name NULL. NULL: no slice's name. */
const char *unit_cgroup(struct arena *a, const char *slice, const char *name);
/* "system.slice" of "system-postgresql.slice", "-.slice" of "system.slice"; NULL: no slice's name, or the root's. */
const char *unit_slice_parent(struct arena *a, const char *slice);
