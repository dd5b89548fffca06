/* Owner of everything: daemon wakes, settle… does. Only these and main know this struct. */
#pragma once

#include <systemd/sd-event.h>

#include "apply.h"
#include "change_store.h"
#include "chronicle.h"
#include "confirm.h"
#include "events.h"
#include "good_store.h"
#include "health.h"
#include "name_folders.h"
#include "options.h"
#include "placer.h"
#include "reclaim.h"
#include "sampler.h"
#include "server.h"
#include "service.h"
#include "settings_read.h"
#include "trouble.h"
#include "watch.h"

/* Why everything is looked at: law 2 has one path for all of these. */
enum why {
	WHY_START,
	WHY_RELOAD, /* asked for: also ends what `cgq reset` began */
	WHY_FOLDER, /* a folder changed */
	WHY_VERIFY, /* the slow timer */
	WHY_NAMES,  /* an executable or a user that a rule names changed */
	WHY_LOST,   /* the kernel dropped events */
	WHY_MACHINE,/* CPUs or memory changed */
	WHY_RESET,
	WHY_SET,    /* a person set something, or took it back */
	WHY_ROLLBACK,
};

/* A change that waits for its confirmation; settle_confirm.c's own. */
struct confirming {
	struct file_set point;		/* what it returns to; real files only */
	struct confirm_numbers before;	/* as they were before it */
	struct file_set young;		/* what a change that nobody asked for replaced, at young_usec; 0: nothing */
	struct confirm_numbers young_before;
	uint64_t young_usec;		/* CLOCK_BOOTTIME */
	struct health *health;
	bool returning;			/* rolled back, and not yet in force */
};

struct daemon {
	struct options options;
	struct settings settings;
	sd_event *event;
	int lock_fd, state_fd;

	struct kernel *kernel;
	struct machine machine;
	struct proc *proc;
	struct events *events;
	struct mover *mover;
	struct members *members;
	struct origin_store *origins;
	struct reclaim *reclaim;
	struct sampler *sampler;
	struct server *server;
	struct watch *watch, *names_watch;
	struct name_folders name_folders;
	struct hotplug *hotplug;
	sd_event_source *sources[8];
	unsigned n_sources;

	struct file_set seen;	 /* the files as they were read last, to notice a change */
	struct choice choice;
	struct changes changes;	 /* what persons set, what waits, what was rolled back */
	struct confirming confirming;
	struct resolved *resolved;
	struct want *want;
	struct tree tree;	 /* as read back last */
	uint32_t base_given[HIERARCHIES_MAX]; /* v2: controllers that we enabled in the base, see base_store */
	struct refusals refusals;
	struct shrinking *shrinking;
	size_t n_shrinking, cap_shrinking;
	struct troubles troubles;
	struct chronicle *chronicle;
	struct placer placer;

	bool passive;
	char passive_reason[64];
	bool ready;
	bool again;		 /* something changed that wants another full look soon */
	unsigned writes;	 /* of the last settle */
	uint64_t applied_ns;	 /* that planning and the writes before the look took */
	struct service service;
	struct view view;
};

/* Everything up to the loop: privileges, lock, machine, events. */
int daemon_open(struct daemon *d, const struct options *o, struct err *e);
void daemon_close(struct daemon *d);
/* The socket, the folder watch, timers and signals; then serves until SIGTERM. */
int daemon_serve(struct daemon *d, struct err *e);
/* Acts on what events wait, without waiting for more; false when some were lost, or (with e) cannot be read. */
bool daemon_take_events(struct daemon *d, struct err *e);
/* The same, and looks at everything where they were lost. */
void daemon_drain_events(struct daemon *d);

/* After a change of policy: watches what its rules name. */
void daemon_watch_names(struct daemon *d);

/* settle.c: policy, machine and processes are looked at, and what is wrong is put right. */
int settle(struct daemon *d, enum why why, struct err *e);
/* Gives a group with its children, or everything, back as it was; passive until a reload or restart. */
int settle_reset(struct daemon *d, const char *group, struct err *e);
/* One line of a group set, or taken back; see service.h. */
int settle_set(struct daemon *d, const struct set_request *q, struct faults *faults, struct err *e);
/* A reload that is taken back by itself unless settle_confirm() comes in time. -ENOENT: nothing waits. */
int settle_reload_confirm(struct daemon *d, const char *who, unsigned seconds, struct err *e);
int settle_confirm(struct daemon *d, const char *who, struct err *e);
void settle_confirm_tick(struct daemon *d); /* once a second */
void settle_confirm_done(struct daemon *d); /* at the end */
void settle_shrunk(struct daemon *d); /* takes what reclaim reports */
void settle_moved(void *ctx, const struct proc_facts *f, unsigned group, unsigned rule, const struct err *e); /* placer's tell */
const struct view *settle_view(struct daemon *d);   /* with the tree read afresh */
const struct view *settle_glance(struct daemon *d); /* with the tree as it was last read */
