/* What the kernel tells of one process: a record of fixed size, no byte of it left to chance, as a program writes it and the daemon reads it. */
#pragma once

#include <linux/types.h>

/* Longer names of executables are asked from /proc. */
#define TASK_NAME_BYTES 64

/* There are 14 controllers, and one hierarchy each at most, apart from those that have a name only. */
#define TASK_CGROUPS 16

enum task_bit {
	TASK_EXITING = 1 << 0,	   /* as proc_parse_stat() means it */
	TASK_HAS_FILE = 1 << 1,	   /* exe_dev and exe_ino are what stat(2) shows */
	TASK_HAS_NAME = 1 << 2,	   /* exe_name is the last part of the link */
	TASK_EXE_DELETED = 1 << 3, /* the link's text ends with " (deleted)" */
};

struct task_cgroup {
	__u64 id;
	__u32 hierarchy; /* its number */
	__u32 level;	 /* 0: the root */
};

struct task_record {
	__u64 start_ns; /* since boot */
	__u64 exe_ino;
	__u32 exe_dev; /* the kernel's own: 12 bits major, 20 bits minor */
	__u32 pid, ppid; /* of the initial pid namespace */
	__u32 uid, gid; /* effective, of the initial user namespace */
	__u32 level;	/* of its pid namespace */
	__u32 bits;
	__u32 n_cgroups; /* 0: not known */
	__u64 pid_ino;	 /* of its pidfds; 0: not known */
	char comm[16];
	char exe_name[TASK_NAME_BYTES];
	struct task_cgroup cgroups[TASK_CGROUPS];
};
