/* What the files of settle share; nobody else includes it. */
#pragma once

#include "daemon.h"

/* settle_tell.c: into the chronicle, with the time. */
void settle_happened(struct daemon *d, const struct happening *h);
/* Kept until it is done or no longer wanted; told when it is news. */
void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text);
void settle_state_trouble(struct daemon *d, const struct err *e); /* e begins with the name of a file in the state folder */
void settle_tell_faults(struct daemon *d); /* of the policy that was just taken */
void settle_tell_action(struct daemon *d, const struct action *a, int error, const struct err *e);
void settle_tell_result(struct daemon *d, enum why why, int policy_changed);

/* settle_kernel.c */
/* Reads our tree anew. */
int settle_observe(struct daemon *d, struct err *e);
/* Brings tree and processes to what is wanted. What has to wait for a second asks for it by d->again. */
int settle_kernel(struct daemon *d, struct err *e);
