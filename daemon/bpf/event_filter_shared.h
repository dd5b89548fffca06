/* What the filter of process events and the daemon share: keys and state, as both see them. */
#pragma once

#include <linux/types.h>

/* Buckets are memory of the kernel (2 MiB a map), entries are made as they are needed; with more processes than that, all is told. */
#define FILTER_WATCHED_MAX (1U << 17)
#define FILTER_VALUES_MAX  (1U << 17)
#define FILTER_FORKERS_MAX 4096
#define FILTER_CPUS_MAX	   1024
#define FILTER_RING_BYTES  (16 << 10) /* of a CPU: 680 programs; what finds it full is told by the socket all the same */

/* Bits of a value: when it matters. Those of event_wants.h, and one of our own. */
#define FILTER_AT_EXEC	   1U
#define FILTER_AT_CHANGE   2U
#define FILTER_INTERPRETER 4U  /* who has this name may run a script of a wanted name */
#define FILTER_C_IS_CODE   8U  /* … but not where its first argument is "-c" */
#define FILTER_E_IS_CODE   16U /* … "-e" */

/* A longer name is in no map: the filter passes who has one, and the daemon looks. */
#define FILTER_NAME_BYTES 64

struct filter_name {
	char text[FILTER_NAME_BYTES]; /* padded with zeroes */
};

struct filter_file {
	__u64 ino;
	__u32 dev; /* the kernel's own: 12 bits major, 20 bits minor */
	__u32 zero;
};

struct filter_watched {
	__u64 told_ns; /* the stamp of the last event that was told about it; 0: named by the daemon */
	__u32 round;   /* in which that was */
	__u32 zero;
};

enum { FILTER_USER, FILTER_GROUP };

struct filter_id {
	__u32 kind;
	__u32 number;
};

struct filter_state {
	__u32 everything; /* passes, and whoever it is about is watched */
	__u32 round;	  /* that everything began so often */
	__u32 every_exec, every_fork, every_change_of_name, every_change_of_ids;
	__u32 has_names, has_files, has_ids; /* whether it is worth a look */
	__u32 has_rings;
};

/* What a ring is told of a program that starts. */
struct filter_exec {
	__u64 at_ns; /* the stamp of the event */
	__u32 pid;
	__u32 zero;
};
