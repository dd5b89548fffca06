/* What is known of one process, as far as a rule asked for it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/machine.h>

/* What can be read, each by one look at /proc. */
enum fact {
	FACT_STAT,    /* pid, ppid, start_ticks, comm, kernel_thread, exiting: /proc/PID/stat */
	FACT_IDS,     /* uid, gid: the owner of /proc/PID */
	FACT_NAMESPACE, /* nested_pid_namespace: /proc/PID/ns/pid, else status, which costs several times as much */
	FACT_EXE,     /* exe_name: the text of /proc/PID/exe */
	FACT_FILE,    /* exe_dev, exe_ino: what /proc/PID/exe leads to */
	FACT_ARGS,    /* args, argv0_name, script_name: /proc/PID/cmdline */
	FACT_TAG,     /* tag: /proc/PID/environ */
	FACT_CGROUP,  /* cgroups, unit: /proc/PID/cgroup */
	FACT_PARENT,  /* parent_names: stat, exe and cmdline of the parent */
	FACT__COUNT
};

#define FACT_BIT(f) (1U << (f))

/* All bytes are foreign: escape before showing. Strings are owned by the facts; NULL: not there or not read. */
struct proc_facts {
	pid_t pid, ppid;
	uint64_t start_ticks; /* since boot, field 22 of stat: with the pid it names one process */
	uint64_t pid_ino;     /* the inode of its pidfds, which no other process has before the next boot; 0: not known */
	unsigned spot;	      /* proc_scan(): where it was then, if it did not begin to end; FACT_CGROUP says the same. 0: not known */
	uint32_t known;	      /* bit per fact that was read successfully */
	uint32_t failed;      /* bit per fact that could not be read (gone, or not permitted) */
	bool kernel_thread;
	bool exiting;	      /* zombie or dead: nothing is left to place */
	bool nested_pid_namespace;
	uint64_t pid_namespace; /* then which: its inode; 0: that was not told */
	char comm[16];
	uid_t uid;	      /* effective */
	gid_t gid;
	uint64_t exe_dev;
	uint64_t exe_ino;
	char *exe_name;	      /* base name of the link, " (deleted)" taken off */
	char *args;	      /* joined by one blank, at most PROC_ARGS_MAX_BYTES */
	bool args_cut;	      /* more may follow */
	char *argv0_name;     /* base name; a login shell's leading '-' taken off */
	char *script_name;    /* base name of the script an interpreter runs */
	char *tag;
	/* by index of machine->hierarchies; for a member of a group: where it came from, not where cgqd put it */
	char *cgroups[HIERARCHIES_MAX];
	char *manager_cgroup; /* its path in name=systemd, or else in the v2 hierarchy */
	char *unit;	      /* innermost NAME.service, .scope … of manager_cgroup */
	char *parent_names[4];/* comm, exe, argv0 and script of the parent, each may be NULL */
};

void proc_facts_done(struct proc_facts *f);
void proc_facts_forget_args(struct proc_facts *f); /* as if they had never been read */

/*
 * Reads one fact into f and sets its bit in known or failed. The pure core calls it for what a rule asks, at most
 * once for each fact. 0 or -errno (ESRCH: gone).
 */
struct facts_reader {
	int (*read)(void *ctx, struct proc_facts *f, enum fact what);
	void *ctx;
};
