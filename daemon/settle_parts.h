/* What the files of settle share; nobody else includes it. */
#pragma once

#include "daemon.h"

/* Kept until it is done or no longer wanted; logged when it is news. */
void settle_trouble(struct daemon *d, enum trouble_source source, unsigned group, const char *text);
/* Reads our tree anew. */
int settle_observe(struct daemon *d, struct err *e);
/* Brings tree and processes to what is wanted. What has to wait for a second asks for it by d->again. */
int settle_kernel(struct daemon *d, struct err *e);
