/* The files of the kernel that cgqd writes to, one row each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cgq/key.h>
#include <cgq/machine.h>

enum side { SIDE_MIN, SIDE_MAX };

/* How the kernel writes it. */
enum form {
	FORM_WEIGHT, /* v2 1..10000; v1 shares 2..262144 */
	FORM_QUOTA,  /* v2 "QUOTA PERIOD" or "max PERIOD"; v1 quota in its file (-1: none), period in cpu.cfs_period_us */
	FORM_NUMBER, /* bare number */
	FORM_BYTES,  /* whole pages; v2 "max", v1 -1 written and a huge number read */
	FORM_MEMSW,  /* v2 swap alone; v1 memory and swap together */
	FORM_COUNT,  /* number or "max" */
	FORM_LIST,   /* "0-3,8"; v2 empty: inherited */
	FORM_FREEZE, /* v2 0 or 1; v1 THAWED or FROZEN, read from freezer.self_freezing as 0 or 1 */
};

/*
 * Source of names and meanings: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of Linux 6.1 to 6.18.
 * A NULL file: that version of the controller does not have it.
 */
/*      id            key              side      controller         v2 file            v1 file                        form */
#define KNOB_TABLE(X)                                                                                                             \
	X(CPU_IDLE,    KEY_CPU_IDLE,   SIDE_MAX, CONTROLLER_CPU,    "cpu.idle",        "cpu.idle",                    FORM_NUMBER) \
	X(CPU_WEIGHT,  KEY_CPU,        SIDE_MIN, CONTROLLER_CPU,    "cpu.weight",      "cpu.shares",                  FORM_WEIGHT) \
	X(CPU_MAX,     KEY_CPU,        SIDE_MAX, CONTROLLER_CPU,    "cpu.max",         "cpu.cfs_quota_us",            FORM_QUOTA)  \
	X(CPU_BURST,   KEY_CPU_BURST,  SIDE_MAX, CONTROLLER_CPU,    "cpu.max.burst",   "cpu.cfs_burst_us",            FORM_NUMBER) \
	X(CPUS,        KEY_CPUS,       SIDE_MAX, CONTROLLER_CPUSET, "cpuset.cpus",     "cpuset.cpus",                 FORM_LIST)   \
	X(MEMS,        KEY_MEMS,       SIDE_MAX, CONTROLLER_CPUSET, "cpuset.mems",     "cpuset.mems",                 FORM_LIST)   \
	X(MEMORY_HIGH, KEY_MEMORY,     SIDE_MIN, CONTROLLER_MEMORY, "memory.high",     "memory.soft_limit_in_bytes",  FORM_BYTES)  \
	X(MEMORY_MAX,  KEY_MEMORY,     SIDE_MAX, CONTROLLER_MEMORY, "memory.max",      "memory.limit_in_bytes",       FORM_BYTES)  \
	X(MEMORY_LOW,  KEY_MEMORY_LOW, SIDE_MAX, CONTROLLER_MEMORY, "memory.low",      NULL,                          FORM_BYTES)  \
	X(MEMORY_MIN,  KEY_MEMORY_MIN, SIDE_MAX, CONTROLLER_MEMORY, "memory.min",      NULL,                          FORM_BYTES)  \
	X(SWAP_MAX,    KEY_SWAP,       SIDE_MAX, CONTROLLER_MEMORY, "memory.swap.max", "memory.memsw.limit_in_bytes", FORM_MEMSW)  \
	X(TASKS_MAX,   KEY_TASKS,      SIDE_MAX, CONTROLLER_PIDS,   "pids.max",        "pids.max",                    FORM_COUNT)  \
	X(FREEZE,      KEY_NONE,       SIDE_MAX, CONTROLLER_FREEZER,"cgroup.freeze",   "freezer.state",               FORM_FREEZE)

enum knob {
#define X(id, ...) KNOB_##id,
	KNOB_TABLE(X)
#undef X
	KNOB__COUNT
};

struct knob_row {
	const char *id; /* "CPU_WEIGHT" */
	enum key key;
	enum side side;
	enum controller controller;
	const char *v2, *v1;
	enum form form;
};

extern const struct knob_row knob_rows[KNOB__COUNT];

struct arena;

/* A value of the kernel, in a form that can be compared. */
enum value_kind {
	VALUE_UNKNOWN = 0, /* not read, or the file is not there */
	VALUE_NUMBER,	   /* number */
	VALUE_MAX,	   /* no limit */
	VALUE_QUOTA,	   /* number microseconds a period microseconds; VALUE_MAX for no quota */
	VALUE_LIST,	   /* list, normalised; "" or NULL inherits */
};

struct value {
	enum value_kind kind;
	uint32_t period; /* microseconds; the kernel takes no more than a second */
	union {
		uint64_t number;
		/*
		 * Borrowed: it lives in the arena of whatever holds the value (a tree, what is wanted, a plan). Who keeps a
		 * value of another's makes the list its own, by value_keep() or value_dup().
		 */
		const char *list;
	};
};

#define VALUE_LIST_BYTES 256 /* of the longest list, with its NUL */

bool key_has_knob(enum key key); /* else no file of the kernel says whether it is in force */
bool value_equal(const struct value *a, const struct value *b);
const char *value_list(const struct value *v); /* never NULL; "" of another kind */
void value_keep(struct arena *a, struct value *v);
struct value value_dup(const struct value *v); /* for value_done() */
void value_done(struct value *v);
