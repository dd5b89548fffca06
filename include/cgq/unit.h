/*
 * systemd's units, on which groups are limited in place: as they stand, and what is asked of each.
 *
 * Source of names: systemd.resource-control(5), org.freedesktop.systemd1(5), systemd 247 to 257.
 */
#pragma once

#include <cgq/knob.h>
#include <cgq/memory.h>
#include <cgq/policy.h>
#include <cgq/sample.h>
#include <cgq/want.h>

/* How a property reads on the bus and in a file. */
enum property_form {
	PROPERTY_WEIGHT, /* t: 1..10000, 0 is "idle" (252), UINT64_MAX not set; file: number or "idle" */
	PROPERTY_QUOTA,	 /* t: microseconds of CPU a second, UINT64_MAX none, with a period of its own; file: "120%" */
	PROPERTY_BYTES,	 /* t: UINT64_MAX is "infinity" */
	PROPERTY_COUNT,	 /* the same, not bytes */
	PROPERTY_LIST,	 /* ay: a bit mask, the lowest CPU first; file: "0-3 8"; empty inherits */
};

/*      knob         on the bus            in a file             form */
#define PROPERTY_TABLE(X)                                                                                            \
	X(CPU_WEIGHT,  "CPUWeight",          "CPUWeight",          PROPERTY_WEIGHT)                                  \
	X(CPU_MAX,     "CPUQuotaPerSecUSec", "CPUQuota",           PROPERTY_QUOTA)                                   \
	X(CPUS,        "AllowedCPUs",        "AllowedCPUs",        PROPERTY_LIST)                                    \
	X(MEMS,        "AllowedMemoryNodes", "AllowedMemoryNodes", PROPERTY_LIST)                                    \
	X(MEMORY_HIGH, "MemoryHigh",         "MemoryHigh",         PROPERTY_BYTES)                                   \
	X(MEMORY_MAX,  "MemoryMax",          "MemoryMax",          PROPERTY_BYTES)                                   \
	X(MEMORY_LOW,  "MemoryLow",          "MemoryLow",          PROPERTY_BYTES)                                   \
	X(MEMORY_MIN,  "MemoryMin",          "MemoryMin",          PROPERTY_BYTES)                                   \
	X(SWAP_MAX,    "MemorySwapMax",      "MemorySwapMax",      PROPERTY_BYTES)                                   \
	X(TASKS_MAX,   "TasksMax",           "TasksMax",           PROPERTY_COUNT)

/*
 * By knob; bus NULL: systemd has no such property (cpu.burst). CPU_IDLE is CPUWeight=idle, so CPU_WEIGHT and CPU_IDLE
 * are one property; FREEZE is none, but FreezeUnit and ThawUnit.
 */
struct property_row {
	const char *bus, *key;
	enum property_form form;
};

extern const struct property_row property_rows[KNOB__COUNT];

/*
 * A unit or a slice. Values are in the kernel's terms, whoever says them: a weight of 1..10000; for CPU_IDLE and
 * FREEZE 0 or 1; what is not limited is VALUE_MAX. But as the properties are:
 * - a quota of set and before has a period of 1 s, whatever the unit's own period is; kernel has cpu.max as it stands;
 * - a weight of set and before that is "not set" is VALUE_MAX; while the unit is "idle" it is 0;
 * - set and before of CPU_IDLE are UNKNOWN where systemd knows no "idle" (before 252);
 * - before of CPU_WEIGHT and CPU_IDLE: one is known when the other is (where systemd knows both).
 */
struct seen_unit {
	const char *name;     /* "mariadb.service"; "-.slice" is the root */
	const char *cgroup;   /* from the mount's root, "/system.slice/mariadb.service"; NULL while it has none; "" the root's */
	unsigned slice;	      /* index of the slice that it is in; its own for the root */
	unsigned group;	      /* whose members are in it, or are to be once it runs; GROUP_NONE: a slice on the way, or one to be given back */
	const char *refusal;  /* it may not be limited for the group: "also holds pid 12 (sh), which no rule names"; NULL: it may */
	struct value kernel[KNOB__COUNT]; /* of its cgroup; UNKNOWN where it has none */
	struct value set[KNOB__COUNT];	  /* systemd's property; UNKNOWN: it has none of that name; of FREEZE it is not looked at */
	struct value before[KNOB__COUNT]; /* the property before cgqd changed it; UNKNOWN: cgqd did not; of FREEZE: 0 once cgqd froze it */
	struct counter memory_bytes;	  /* charged now */
	struct counter swap_bytes, tasks; /* now; not known: limits of a group over several units are split evenly */
	double cpu_percent;		  /* of the machine, over the last second; negative: not known */
	bool cpu_waits;			  /* it would use more than it may: throttled, or others had the CPU */
	/*
	 * Of a slice: of the children that stand in no list, those that want CPU, together. Best the most of the last
	 * minute: weights follow it up at once, and down when it has become less by a fifth.
	 */
	uint64_t others_weight;
};

/* Sorted so that a slice comes before what is in it; list[0] is the root slice, if any is there. */
struct seen_units {
	struct arena arena;
	struct seen_unit *list;
	size_t n, cap;
};

/*
 * What is asked of one of them. Wanted values as in a node: UNKNOWN is left alone, not asked. As systemd takes them: a
 * quota has a period of 1 s, bytes are whole pages.
 */
struct wanted_unit {
	unsigned unit;	/* index into seen_units */
	unsigned group; /* whose limits it has; GROUP_NONE: a slice, for the sake of what is below, or one to be given back */
	struct wanted wanted[KNOB__COUNT];
	unsigned within[KNOB__COUNT]; /* the topmost group of whose limit this is a part; GROUP_NONE: of none */
	double cpu_min_percent;	/* of the machine, what is reserved for it as policies count; negative: nothing */
};

struct unit_want {
	struct arena arena;
	struct wanted_unit *list; /* as long as, and by index of, seen_units */
	size_t n;
};

void unit_want_free(struct unit_want *u);

/* What has to be told to systemd, in the order in which it has to be done. */
struct unit_action {
	unsigned unit;
	enum knob knob;
	bool gives_back;	   /* to what it was before cgqd came */
	struct value value, was;   /* in the kernel's terms */
	unsigned group;		   /* that it is for; GROUP_NONE: a slice on the way, or no group any more */
	struct place at;	   /* the line of the policy, if one asks for it */
	uint64_t only_below_bytes; /* law 3: only once the unit's memory is at most this; 0: at once */
	bool may_reclaim;	   /* memory.high below use: the kernel reclaims while pid 1 writes it; reclaim first */
	/*
	 * A raise, of a limit that is a part of this group's: to be left out when a lowering of the same knob and the same
	 * group, all of which come before it, was not done. GROUP_NONE: depends on none.
	 */
	unsigned within;
	bool raises;
};

struct unit_plan {
	struct arena arena;
	struct unit_action *list;
	size_t n, cap;
};

void unit_plan_free(struct unit_plan *p);
