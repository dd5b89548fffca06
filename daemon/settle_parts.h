/* What the files of settle share; nobody else includes it. */
#pragma once

#include "daemon.h"

/* settle_tell.c: into the chronicle, with the time. */
void settle_happened(struct daemon *d, const struct happening *h);
/* Kept until it is done or no longer wanted; told when it is news. */
void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text);
void settle_tell_faults(struct daemon *d); /* of the policy that was just taken */
void settle_tell_action(struct daemon *d, const struct action *a, int error, const struct err *e);
void settle_tell_result(struct daemon *d, enum why why, int policy_changed);

/* settle.c */
void settle_save_good(struct daemon *d); /* not while a change waits: then the files to return to are kept there */

/* settle_change.c: files, and what persons set or rolled back. */
#define TIME_TEXT_BYTES 32
void settle_time_text(char ret[TIME_TEXT_BYTES]); /* "2026-11-25 19:05:11" */
void settle_change_load(struct daemon *d);
void settle_change_save(struct daemon *d);
/* seen: the files as they are; adds to faults what was rolled back. good: as for policy_choose(). */
void settle_choose(struct daemon *d, enum why why, const struct file_set *seen, struct faults *faults,
		   const struct file_set *good, struct choice *ret);

/* settle_confirm.c */
/* Before another policy is taken: the one that is in force may be what a later confirmation returns to. */
void settle_confirm_note(struct daemon *d, enum why why);
/* At a start: good is what a change that still waits returns to (and is then taken); not known: it stays. */
void settle_confirm_resume(struct daemon *d, struct file_set *good, bool is_known);
void settle_confirm_resumed(struct daemon *d); /* once the policy is applied */
unsigned settle_confirm_left(const struct daemon *d); /* seconds */

/* settle_kernel.c */
/* Reads our tree anew. */
int settle_observe(struct daemon *d, struct err *e);
/* Brings tree and processes to what is wanted. What has to wait for a second asks for it by d->again. */
int settle_kernel(struct daemon *d, struct err *e);
