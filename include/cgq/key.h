/* The keys of the policy language: one row each. Parser, check, help and tests walk this table. */
#pragma once

/* How a value may be written. */
enum shape {
	SHAPE_PARTITION, /* MIN..MAX; one amount alone is both */
	SHAPE_CEILING,	 /* SOFT..HARD; one amount alone is the hard one */
	SHAPE_ONE,	 /* one amount */
	SHAPE_TEXT,	 /* no amount, but words that its unit reads */
};

enum unit {
	UNIT_CPU,   /* 40% or 1.5 cores or max */
	UNIT_BURST, /* 20ms, 500us or 50% (of the group's own quota a period) */
	UNIT_BYTES, /* 512M, 40% or max */
	UNIT_COUNT, /* 500 or max */
	UNIT_LIST,  /* 0-3,8 */
	UNIT_BOOL,  /* yes or no */
	UNIT_CHILDREN, /* follow or match */
	UNIT_USERS, /* alice,1001,@ops: users, and groups of users */
	UNIT_RATE,     /* 100Mbit or max; kbit, Mbit and Gbit are decimal, as tc has them */
	UNIT_NAMESPACES, /* net pid:new mount:path:/run/x, or none */
	UNIT_NET_MODE, /* veth, none or macvlan:eth0 */
	UNIT_ADDRESSES, /* 10.77.0.2/24,fd00:77::2/64, or none */
	UNIT_GATEWAYS, /* 10.77.0.1,fd00:77::1, or none */
};

/*      id          key           shape            unit           example         help */
#define KEY_TABLE(X)                                                                                                 \
	X(CPU,        "cpu",        SHAPE_PARTITION, UNIT_CPU,      "40%..100%",  "CPU that is reserved .. the ceiling")            \
	X(CPU_BURST,  "cpu.burst",  SHAPE_ONE,       UNIT_BURST,    "20ms",       "unused ceiling that may be saved up for a burst") \
	X(CPU_IDLE,   "cpu.idle",   SHAPE_ONE,       UNIT_BOOL,     "yes",        "run only when nothing else wants the CPU")       \
	X(CPUS,       "cpus",       SHAPE_ONE,       UNIT_LIST,     "0-3,8",      "the CPUs it may run on")                         \
	X(MEMS,       "mems",       SHAPE_ONE,       UNIT_LIST,     "0",          "the memory nodes it may use")                    \
	X(MEMORY,     "memory",     SHAPE_CEILING,   UNIT_BYTES,    "1800M..2G",  "memory: reclaim from .. never more than")        \
	X(MEMORY_LOW, "memory.low", SHAPE_ONE,       UNIT_BYTES,    "1G",         "memory that is reclaimed from last")             \
	X(MEMORY_MIN, "memory.min", SHAPE_ONE,       UNIT_BYTES,    "512M",       "memory that is never reclaimed")                 \
	X(SWAP,       "swap",       SHAPE_ONE,       UNIT_BYTES,    "1G",         "swap it may use")                                \
	X(TASKS,      "tasks",      SHAPE_ONE,       UNIT_COUNT,    "500",        "processes and threads")                          \
	X(CHILDREN,   "children",   SHAPE_ONE,       UNIT_CHILDREN, "follow",     "whether descendants belong to the group")        \
	X(ENFORCE,    "enforce",    SHAPE_ONE,       UNIT_BOOL,     "no",         "no: classify and measure, write nothing") \
	X(STRICT,     "strict",     SHAPE_ONE,       UNIT_BOOL,     "yes",        "programs that its exe: rules name are in before they run") \
	X(RUN_USERS,  "run.users",  SHAPE_ONE,       UNIT_USERS,    "alice,@ops", "who may start programs in it by cgq run, beside root") \
	X(NAMESPACE,  "namespace",  SHAPE_TEXT,      UNIT_NAMESPACES, "net pid:new", "namespaces of its own, for programs that are started in it") \
	X(NET_MODE,   "net.mode",   SHAPE_TEXT,      UNIT_NET_MODE, "veth",       "its network's way out: veth, macvlan:INTERFACE, or none") \
	X(NET_ADDRESS, "net.address", SHAPE_TEXT,    UNIT_ADDRESSES, "10.77.0.2/24,fd00:77::2/64", "addresses in its network") \
	X(NET_GATEWAY, "net.gateway", SHAPE_TEXT,    UNIT_GATEWAYS, "10.77.0.1,fd00:77::1", "where its network leads; with veth, this machine's own end") \
	X(NET_MASQUERADE, "net.masquerade", SHAPE_ONE, UNIT_BOOL,   "yes",        "it speaks to others by this machine's address") \
	X(NET_OUT,    "net.out",    SHAPE_ONE,       UNIT_RATE,     "100Mbit",    "rate at which its network may send")             \
	X(NET_IN,     "net.in",     SHAPE_ONE,       UNIT_RATE,     "100Mbit",    "rate at which its network may be sent to")

enum key {
#define X(id, ...) KEY_##id,
	KEY_TABLE(X)
#undef X
	KEY__COUNT,
	KEY_NONE = KEY__COUNT /* of a knob that no policy sets, only a person */
};

struct key_row {
	const char *name; /* "memory.low" */
	enum shape shape;
	enum unit unit;
	const char *example;
	const char *help;
};

extern const struct key_row key_rows[KEY__COUNT];

/* What a term of a rule can look at. */
/*      id       name       example            help */
#define MATCH_TABLE(X)                                                                                               \
	X(NAME,   "name",   "mysqld,mariadbd",  "comm, or the base name of the executable, of argv[0] or of a script")  \
	X(EXE,    "exe",    "/usr/sbin/mariadbd", "the executable by absolute path, compared by device and inode")      \
	X(USER,   "user",   "mysql",            "effective user, by name or number")                                     \
	X(GROUP,  "group",  "www-data",         "effective group, by name or number")                                    \
	X(ARGS,   "args",   "*--port=3307*",    "the command line, arguments joined by one blank")                       \
	X(UNIT,   "unit",   "mariadb.service",  "the systemd unit it was found in")                                      \
	X(CGROUP, "cgroup", "/batch/*",         "the cgroup it was found in")                                            \
	X(PARENT, "parent", "cron",             "the name of the parent process")                                        \
	X(TAG,    "tag",    "blue",             "the environment variable CGQ_TAG at exec")

enum match_kind {
#define X(id, ...) MATCH_##id,
	MATCH_TABLE(X)
#undef X
	MATCH__COUNT
};

struct match_row {
	const char *name;
	const char *example;
	const char *help;
};

extern const struct match_row match_rows[MATCH__COUNT];
