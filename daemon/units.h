/* systemd's manager, over its bus: its private socket first, else the system bus. The only one that knows sd-bus. */
#pragma once

#include <sys/types.h>

#include <systemd/sd-event.h>

#include <cgq/err.h>
#include <cgq/unit.h>

#include "unit_property.h"

/* Called from the loop, never out of a call below. Any may be NULL. */
struct units_events {
	void (*reloaded)(void *ctx); /* it has read its files anew: once a reload */
	void (*gone)(void *ctx);     /* the bus is lost: each call says -ENOTCONN until it is back */
	void (*returned)(void *ctx); /* and answers again, maybe another systemd (daemon-reexec): look at everything anew */
	void *ctx;
};

struct units;

/*
 * Connects at once, waiting UNITS_WAIT_USEC at the most for each of the two. NULL: systemd cannot be asked here, with the reason in e. What is
 * lost later is connected to again each second. event NULL: for whoever has no loop; nothing is told, nothing comes back.
 */
struct units *units_new(sd_event *event, const struct units_events *on, struct err *e);
void units_free(struct units *u);
bool units_connected(const struct units *u);
/* Of what a call returned: nobody is there who answers, or who can be told from one that will. */
bool units_lost(int r);

/*
 * Every call below waits for systemd's answer for UNITS_WAIT_USEC at the most; one that gets none (-ETIMEDOUT) takes the
 * bus for lost, so that a systemd that is stuck holds up one call and no more. 0, or -errno with systemd's own words:
 * -ENOENT no such unit, -EEXIST, -ENOTCONN, -EACCES; what has no number of its own is -EIO.
 */
#define UNITS_WAIT_USEC 5000000U

/* Strings are never NULL: "" where there is none. Made by units_get(), given back by unit_props_done(). */
struct unit_props {
	struct arena arena;
	const char *load_state;	  /* "loaded", "not-found", "masked", "error", "bad-setting" */
	const char *active_state; /* "active", "inactive", "failed", "activating", … */
	const char *sub_state;
	const char *cgroup;	  /* "/system.slice/mariadb.service"; "" while it has none; "/" of the root slice */
	const char *slice;	  /* "system.slice"; "" for the root slice */
	const char *fragment;	  /* the file that it is loaded from */
	const char *id;		  /* its own name, where it was asked for by another: "mariadb.service" for mysql.service */
	const char *freezer_state; /* "running", "frozen", …; "" before systemd 246 */
	const char **dropins;	  /* n_dropins paths, as systemd reads them: the last one wins */
	size_t n_dropins;
	pid_t main_pid, control_pid; /* 0: none */
	bool needs_reload, delegate, transient;
	/*
	 * As in seen_unit; UNKNOWN: it has no such property. A quota is one of a second, which is what systemd keeps: the
	 * period is the unit's own, and cgqd leaves it alone. A weight is MAX where it is not set, or CPU_IDLE is 1.
	 */
	struct value set[KNOB__COUNT];
};

/* A unit that is not there is one of load_state "not-found". It is loaded for the question, if it can be. */
int units_get(struct units *u, const char *name, struct unit_props *ret, struct err *e);
void unit_props_done(struct unit_props *p);
/* May properties be set on it at all? Those of a unit that is not there, or masked, may not. */
bool unit_props_settable(const struct unit_props *p);

/*
 * All of them in one SetUnitProperties(runtime): systemd takes all or none. Of CPU_WEIGHT and CPU_IDLE together, idle
 * wins. n 0 does nothing.
 */
int units_set(struct units *u, const char *name, const struct unit_setting *list, size_t n, struct err *e);

/* Every loaded unit that fits the glob; a non-zero answer of each() ends it and is returned. */
int units_find(struct units *u, const char *pattern, int (*each)(void *ctx, const char *name, const char *active_state),
	       void *ctx, struct err *e);

struct unit_scope {
	const char *name, *slice, *description; /* "cgq-web-1.scope", "cgq.slice" */
	const pid_t *pids;			/* at least one */
	size_t n_pids;
	bool delegate; /* others may be attached later */
	const struct unit_setting *settings; /* its limits from the first moment */
	size_t n_settings;
};

/*
 * Starts the transient scope with these processes in it, and waits until it has started. -EEXIST: there is one of that
 * name. It ends with its last process.
 */
int units_scope_start(struct units *u, const struct unit_scope *s, struct err *e);
/* Moves processes into a unit that is delegated; systemd refuses any other. */
int units_scope_attach(struct units *u, const char *name, const pid_t *pids, size_t n, struct err *e);

/* Both wait until it is so. */
int units_freeze(struct units *u, const char *name, struct err *e);
int units_thaw(struct units *u, const char *name, struct err *e);
