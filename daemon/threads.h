/* A process with all its threads, each of which may be in namespaces of its own, but for that of users. */
#pragma once

#include <stdbool.h>

/* "/proc/812", or "/proc/812/task/813" of a thread but the first; it may be gone by now. */
typedef bool thread_is(void *ctx, const char *folder);

/* Of the first, and where there are more of all of them. pid: as the name of a folder in /proc. */
bool threads_any(const char *pid, thread_is *is, void *ctx);
