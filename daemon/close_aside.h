/* Closes files where nobody waits for it: to close one is to call the file system that it is of, and a client's own (FUSE) may never answer. */
#pragma once

#define CLOSE_ASIDE_MAX 16 /* at once */

/* By a thread of their own. Those below 0 are none. */
void close_aside(const int *files, unsigned n);
