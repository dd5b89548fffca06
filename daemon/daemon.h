/* Owner of everything: daemon wakes, settle… does. Only these and main know this struct. */
#pragma once

#include <systemd/sd-event.h>

#include "apply.h"
#include "batch.h"
#include "change_store.h"
#include "chronicle.h"
#include "confirm.h"
#include "departed.h"
#include "drift.h"
#include "drift_book.h"
#include "event_filter.h"
#include "events.h"
#include "good_store.h"
#include "group_moves.h"
#include "health.h"
#include "hierarchies.h"
#include "in_place.h"
#include "journal.h"
#include "keeping.h"
#include "log.h"
#include "mounts.h"
#include "name_folders.h"
#include "options.h"
#include "placer.h"
#include "quick.h"
#include "reclaim.h"
#include "sampler.h"
#include "server.h"
#include "service.h"
#include "settings_read.h"
#include "helper.h"
#include "starter.h"
#include "strict.h"
#include "tree_watch.h"
#include "trouble.h"
#include "warm.h"
#include "watch.h"
#include "would_be.h"

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
	WHY_DRIFT,  /* somebody else changed our tree */
	WHY_PERSON, /* pinned, froze … something */
	WHY_SET,    /* a person set something, or took it back */
	WHY_ROLLBACK,
	WHY_POLL,	/* no event ever comes */
	WHY_UNITS,	/* a member was found in a unit of systemd that is not limited yet, or systemd reads its files anew */
};

/* What others change in our tree. */
struct drifting {
	struct made made;	 /* as it was in force at the end of the last settle */
	struct drifts found;	 /* by the last settle; the first n_held of them are left so for now */
	size_t n_held;
	struct drift_book *book;
	struct trouble *list;	 /* what the view shows */
	size_t n, cap;
	pid_t put_back;		 /* the process that is being put back, and where it was found */
	char *put_back_from;
	struct tree_watch *watch;/* NULL: nothing is noticed between two verifies */
	sd_event_source *readable; /* of it */
	sd_event_source *rest;	 /* then it is looked at again */
	bool rests, paused;
	sd_event_source *timer;
	uint64_t timer_ns;	 /* when it goes off; 0: it does not */
	uint64_t not_before_ns;	 /* another settle for drift's sake: see notice.c */
	bool asked;		 /* for one */
	char *emptied[16];	 /* v2: cgroups that became empty, or are no longer; to be looked at when all is quiet */
	unsigned n_emptied;
	bool watch_told;	 /* that not all could be watched */
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
	struct hierarchies hierarchies; /* also those that are mounted nowhere now */
	struct proc *proc;
	struct tasks *tasks; /* NULL: the full look is from /proc */
	struct events *events;	 /* NULL: none ever come here */
	char polling_reason[512];/* then everything is looked at once a second, because */
	struct event_filter *filter; /* NULL: not to be had here, every event is told */
	struct batch *batch;	 /* of what is heard; NULL: nobody loops */
	bool has_time;		 /* threads place what rules name: what is heard may wait for a batch */
	struct quick *quick;	 /* threads that place at once; none where nothing asks for them */
	char *quick_told;	 /* how programs are placed, as it was told last; NULL or "": as usual */
	bool heard;		 /* all that had been told when the last full look had listed all processes */
	struct mover *mover;
	struct warm *warm;	 /* NULL: latency = normal */
	struct members *members;
	struct origin_store *origins;
	struct pins *pins;
	struct frozen frozen;
	struct reclaim *reclaim;
	struct sampler *sampler;
	struct would_be *would_be;
	struct server *server;
	struct starter *starter; /* makes namespaces, and starts programs in them; NULL: nobody loops */
	struct watch *watch, *names_watch;
	struct name_folders name_folders;
	struct hotplug *hotplug;
	struct mounts *mounts;
	sd_event_source *sources[10];
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
	struct departed *departed;
	struct strmap moves;	 /* see group_moves */
	struct journal *journal; /* NULL: stderr is none */
	struct placer placer;
	struct turns turns;	 /* clients have theirs during the full look */
	bool gives_turn;	 /* they have it now: the look needs the tree as it was read */
	bool has_freed;		 /* much, since the last second: by a settle, or an answer */
	bool followed;		 /* the sampler knows the want in force */
	struct helpers helpers;
	struct delegation_asker *delegation_asker; /* NULL: we see what is delegated */
	bool delegation_told; /* that nobody can be asked */
	struct strict *strict;	 /* NULL: nobody loops */
	struct strict_files strict_files;
	uint64_t strict_answered_ns; /* when the last exec was decided in time */
	struct keeping *keeping; /* namespaces of groups */
	bool kept_again;	 /* a keeper came or went */
	uint64_t kept_ns;	 /* when each of their networks was looked at last */
	struct drifting drift;
	struct in_place in_place; /* PLACEMENT_UNITS */

	bool passive;
	char passive_reason[64];
	bool ready;
	bool again;		 /* something changed that wants another full look soon */
	bool lost;		 /* the kernel dropped events since the last full look began: so does this */
	bool unread;		 /* files changed within moments: taken when they have been quiet */
	bool choose_anew;	 /* though no file changed: at the start, and when a set failed half-way */
	bool unsaved_good, unsaved_changes, unsaved_base; /* the state folder did not take them */
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
/* once.c: --once. 1: not all is as it should be, which was told. */
int daemon_once(struct daemon *d, struct err *e);
/*
 * Acts on what events wait, without waiting for more; false when some were lost, or (with e) cannot be read. What was lost
 * is looked for within a second, whether or not the caller does so at once.
 */
bool daemon_take_events(struct daemon *d, struct err *e);
/* The same, and looks at everything where they were lost. */
void daemon_drain_events(struct daemon *d);

/* settle_quick.c: the threads that place at once. */
void settle_quick_pause(struct daemon *d); /* before anything changes that they judge by; takes what they said */
void settle_quick_go(struct daemon *d);	   /* after; ends them where they are of no use */
void settle_quick_take(struct daemon *d);  /* what they said */
/* latency = low, and the kernel does not do it by itself: see warm.h. */
bool settle_keeps_warm(const struct daemon *d);

/* settle_units.c: groups in place. */
void settle_units_tick(struct daemon *d); /* once a second */
void settle_units_soon(struct daemon *d); /* another settle in a moment */
void settle_units_joined(void *ctx, struct proc_facts *f, unsigned group); /* placer's joined */
void settle_units_done(struct daemon *d);

/* After a change of policy: watches what its rules name. */
void daemon_watch_names(struct daemon *d);

/* notice.c: wakes for what others change in our tree, and for mounts. */
int notice_open(struct daemon *d, struct err *e);
void notice_close(struct daemon *d);
/* Programs that are placed write to our tree as well: until notice_go_on(), which looks at it all, that wakes nobody. */
void notice_pause(struct daemon *d);
void notice_go_on(struct daemon *d);
/* After a settle: what is watched, and when what was left is to be put back. */
void notice_follow(struct daemon *d);
/* Before an answer: what others changed so far, and whether all of that is told. */
void notice_look(struct daemon *d);
/* Settles, and tells what goes wrong. */
int daemon_settle(struct daemon *d, enum why why, struct err *e);

/* settle.c: policy, machine and processes are looked at, and what is wrong is put right. */
int settle(struct daemon *d, enum why why, struct err *e);
/* pin, unpin, freeze, thaw, kill. -errno: ret->missing says whether for want of its group or process. */
int settle_person(struct daemon *d, const struct deed *deed, struct deed_done *ret, struct err *e);
void settle_pins_save(struct daemon *d); /* those that were inherited, or ended */
void settle_save_again(struct daemon *d); /* what the state folder did not take; what it has taken is no trouble any more */
/* Gives a group with its children, or everything, back as it was; passive until a reload or restart. */
int settle_reset(struct daemon *d, const char *group, struct err *e);
void settle_drift_done(struct daemon *d);
/* One line of a group set, or taken back; see service.h. */
int settle_set(struct daemon *d, const struct set_request *q, struct faults *faults, struct err *e);
/* A reload that is taken back by itself unless settle_confirm() comes in time. -ENOENT: nothing waits. */
int settle_reload_confirm(struct daemon *d, const char *who, unsigned seconds, struct err *e);
int settle_confirm(struct daemon *d, const char *who, struct err *e);
void settle_confirm_tick(struct daemon *d); /* once a second */
void settle_confirm_done(struct daemon *d); /* at the end */
void settle_shrunk(struct daemon *d); /* takes what reclaim reports */
void settle_give_turn(void *ctx); /* turns.h; ctx is the daemon */
bool settle_puts_back(void *ctx, const struct proc_facts *f, unsigned group, const char *found); /* placer's puts_back */
void settle_moved(void *ctx, const struct proc_facts *f, unsigned group, unsigned rule, const struct err *e); /* placer's tell */
void settle_ended(void *ctx, const struct member *one); /* told by the placer */
void settle_hit(void *ctx, const char *path, enum hit what, uint64_t count); /* told by the sampler */
/* settle_strict.c: what the gate asks and tells; ctx is the daemon. */
bool settle_strict_asks(void *ctx, const struct gate_said *said);
void settle_strict_went_on(void *ctx, const struct gate_said *said);
/* settle_namespaces.c */
void settle_namespaces_done(struct daemon *d);
void settle_would(void *ctx, unsigned group, const struct place *at, const char *text); /* an episode of a passive group */
const struct view *settle_view(struct daemon *d);   /* with the tree read afresh */
const struct view *settle_glance(struct daemon *d); /* with the tree as it was last read */

/*
 * settle_tell.c: into the chronicle, with the time, and into the log as the line that fmt makes. Where stderr is the
 * journal, both are one entry of it.
 */
void settle_say(struct daemon *d, enum log_level level, const struct happening *h, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with no line for people, but in the journal. */
void settle_happened(struct daemon *d, const struct happening *h);
