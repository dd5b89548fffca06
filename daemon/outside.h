/* What the machine as a whole uses, whoever uses it. */
#pragma once

#include <cgq/sample.h>

/* Processes of the machine, zombies counted, kernel threads not. Unknown in a container: its /proc counts the host's. */
struct counter outside_procs(void);
/* MemTotal less MemAvailable. */
struct counter outside_memory(void);
/* The bytes of one line of /proc/meminfo, "MemTotal:" with key "MemTotal". */
struct counter outside_meminfo_parse(const char *text, const char *key);
