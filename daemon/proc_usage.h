/* What one process uses, by its /proc/PID/stat. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct proc_usage {
	uint64_t start_ticks;
	uint64_t cpu_ticks; /* user and system, of all its threads; its children's are not in it */
	uint64_t rss_pages;
	uint64_t threads;
};

/* 0, or -EBADMSG with *ret unchanged. */
int proc_usage_parse(const char *buf, size_t len, struct proc_usage *ret);
/* 0 or -errno (ENOENT, ESRCH: gone). */
int proc_usage_read(pid_t pid, struct proc_usage *ret);
