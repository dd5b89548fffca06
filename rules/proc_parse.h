/* Bytes of /proc/PID become facts. Buffers in, so that tests and fuzzers need no kernel; hostile bytes expected. */
#pragma once

#include <stddef.h>

#include <cgq/facts.h>

/* All take whatever was read, NUL or not, and return 0 or -EBADMSG with f unchanged. */
int proc_parse_stat(const char *buf, size_t len, struct proc_facts *f);
int proc_parse_status(const char *buf, size_t len, struct proc_facts *f);
int proc_parse_tgid(const char *buf, size_t len, pid_t *ret); /* status of a thread: the process it belongs to */
int proc_parse_args(const char *buf, size_t len, struct proc_facts *f);	    /* cmdline; uses exe_name and comm if known */
int proc_parse_environ(const char *buf, size_t len, struct proc_facts *f);
int proc_parse_cgroup(const char *buf, size_t len, const struct machine *m, struct proc_facts *f);
void proc_parse_exe_link(const char *target, size_t len, struct proc_facts *f); /* exe_name only */

/* manager_cgroup (copied, NULL: none) and the unit that it names. */
void proc_facts_set_manager(struct proc_facts *f, const char *path);
