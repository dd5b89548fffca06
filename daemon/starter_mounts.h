/* What a mount namespace of ours has of its own: file systems that show other namespaces than the machine's. All: 0 or -errno. */
#pragma once

#include <cgq/err.h>

/* The mounts that we are in now are the machine's: from here on none of these is done to them, whatever is asked. */
int mounts_spare(struct err *e);
int mounts_private(struct err *e);   /* nothing mounted from here on is seen outside; what is mounted outside is seen here */
int mounts_proc(struct err *e);	     /* of the pid namespace that the caller is in */
int mounts_terminals(struct err *e); /* /dev/pts, and /dev/ptmx */
int mounts_sysfs(struct err *e);     /* of the network namespace that the caller is in */
