/* What the files of settle share; nobody else includes it. */
#pragma once

#include "daemon.h"

/* Kept until it is done or no longer wanted; told when it is news. */
void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text);
void settle_state_trouble(struct daemon *d, const struct err *e); /* e begins with the name of a file in the state folder */
void settle_tell_faults(struct daemon *d); /* of the policy that was just taken */
void settle_tell_action(struct daemon *d, const struct action *a, int error, const struct err *e);
void settle_tell_result(struct daemon *d, enum why why, int policy_changed);

/* The path of the group whose processes are in that cgroup of the tree; NULL: of a slice on the way to units. Returns it. */
const char *settle_cgroup_group(const struct daemon *d, const char *path, char *buf, size_t size);
void settle_tell_machine(struct daemon *d, const struct machine *now); /* against those of d->machine */

/* settle_drift.c */
/* The tree was read: what drifted, and whether it is put back now. */
void settle_drift_find(struct daemon *d);
/* The kernel keeps something else than what was put back: it took that once, so somebody wrote at the same moment. */
bool settle_drift_raced(struct daemon *d, const struct action *a);
/* All is as far as it comes: what is in force now is what may drift from here on. */
void settle_drift_end(struct daemon *d);
void settle_drift_list(struct daemon *d); /* what the view shows of it */
void settle_drift_forget(struct daemon *d); /* the machine changed: what stands otherwise was nobody's deed */
/* Belongs in the tree, hierarchy and path, what stands there? False: somebody changed it. file as tree_watch tells. */
bool settle_stands(struct daemon *d, unsigned hierarchy, const char *path, const char *file);
/* v2: is that cgroup empty, though members of its group stood in it and did not end? */
bool settle_is_deserted(struct daemon *d, const char *path);
/* The key of all that drifts in that cgroup begins so. Returns buf. */
char *settle_drift_key(unsigned hierarchy, const char *path, char *buf, size_t size);
/* settle_person.c */
uint64_t settle_now_usec(void); /* CLOCK_REALTIME */
void settle_person_happened(struct daemon *d, const struct deed *deed, const struct proc_facts *f, const char *text);
/* Why the group has no cgroup, or NULL: it has one. */
const char *settle_no_cgroup(const struct daemon *d, unsigned group);
/* settle_kill.c */
int settle_kill(struct daemon *d, const struct deed *deed, unsigned group, struct deed_done *ret, struct err *e);
/* settle_turn.c */
void settle_follow(struct daemon *d); /* counters of the want in force */
/* settle_delegation.c: before processes are looked at. */
void settle_delegation(struct daemon *d);
/* settle_strict.c: execs of what rules of strict groups name now are asked for. */
void settle_strict(struct daemon *d);
/* settle_namespaces.c */
void settle_namespaces_load(struct daemon *d); /* once, before the first look */
void settle_namespaces(struct daemon *d, enum why why);
void settle_namespaces_tell(struct daemon *d); /* how they stand */
/* settle_service_nets.c */
void settle_service_nets(struct daemon *d);
/* settle_state.c */
void settle_save_good(struct daemon *d); /* not while a change waits: then the files to return to are kept there */
void settle_save_point(struct daemon *d); /* these */
void settle_save_base(struct daemon *d);

/* settle_change.c: files, and what persons set or rolled back. */
#define TIME_TEXT_BYTES 32
void settle_time_text(char ret[TIME_TEXT_BYTES]); /* "2026-11-25 19:05:11" */
void settle_change_load(struct daemon *d);
void settle_change_save(struct daemon *d);
/* That policy stays in force: what was set in groups that are gone is given up. */
void settle_change_end(struct daemon *d, const struct policy *stays);
/* seen: the files as they are; adds to faults what was rolled back. good: as for policy_choose(). */
void settle_choose(struct daemon *d, enum why why, const struct file_set *seen, struct faults *faults,
		   const struct file_set *good, struct choice *ret);

/* settle_confirm.c */
/* Before another policy is taken: the one that is in force may be what a later confirmation returns to. */
void settle_confirm_note(struct daemon *d, enum why why);
/* At a start with that policy: good is what a change that still waits returns to (and is then taken); not known: it stays. */
void settle_confirm_resume(struct daemon *d, const struct policy *now, struct file_set *good, bool is_known);
void settle_confirm_resumed(struct daemon *d); /* once the policy is applied */
unsigned settle_confirm_left(const struct daemon *d); /* seconds */

/* settle_events.c: what fails in between leaves everything told, until the next settle. */
void settle_hear_everything(struct daemon *d); /* before rules change, and processes are listed */
void settle_hear_wanted(struct daemon *d);     /* after: what no rule and no member asks for is told no more */

/* settle_kernel.c */
/* Reads our tree anew. */
int settle_observe(struct daemon *d, struct err *e);
/* Brings tree and processes to what is wanted. What has to wait for a second asks for it by d->again. */
int settle_kernel(struct daemon *d, struct err *e);
