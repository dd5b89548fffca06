/* The namespaces of a group, and its network: what the policy wants of them. Data; rules read it, daemon/starter makes it. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*      id      policy   /proc/PID/ns  clone flag */
#define NAMESPACE_TABLE(X)                                                                                           \
	X(NET,   "net",   "net",        CLONE_NEWNET)                                                                \
	X(PID,   "pid",   "pid",        CLONE_NEWPID) /* with an init, and a /proc and devpts of its own */          \
	X(IPC,   "ipc",   "ipc",        CLONE_NEWIPC)                                                                \
	X(UTS,   "uts",   "uts",        CLONE_NEWUTS) /* its host name is the group's */                             \
	X(MOUNT, "mount", "mnt",        CLONE_NEWNS)

enum namespace_kind {
#define X(id, ...) NAMESPACE_##id,
	NAMESPACE_TABLE(X)
#undef X
	NAMESPACE__COUNT
};

#define NAMESPACE_BIT(kind) (1U << (kind))

enum namespace_mode {
	NAMESPACE_HOST = 0, /* not named: that of the machine */
	NAMESPACE_GROUP,    /* "net": one for the whole group, there from the moment the group is applied */
	NAMESPACE_NEW,	    /* "pid:new": each start has its own */
	NAMESPACE_PATH,	    /* "net:path:/run/netns/x": one that exists */
};

struct namespaces {
	enum namespace_mode modes[NAMESPACE__COUNT];
	const char *paths[NAMESPACE__COUNT]; /* of NAMESPACE_PATH, absolute; else NULL. Owned by the policy */
};

enum net_mode {
	NET_VETH = 0, /* a pair: one end outside, one inside. Without an address inside, loopback alone, as NET_NONE */
	NET_NONE,     /* loopback alone */
	NET_MACVLAN,  /* a link of its own on an interface of the machine */
};

#define NET_ADDRESSES_MAX 8

struct net_address {
	int family;	  /* AF_INET or AF_INET6 */
	struct in6_addr bytes; /* AF_INET: the first 4, in network order */
	unsigned prefix;  /* bits; of a gateway all of them */
};

/* All keys net.… of a group. */
struct net {
	enum net_mode mode;
	const char *interface; /* of NET_MACVLAN; owned by the policy */
	struct net_address addresses[NET_ADDRESSES_MAX];
	unsigned n_addresses;
	struct net_address gateways[2]; /* at most one of each family. NET_VETH: the end outside has that address */
	unsigned n_gateways;
	bool masquerade;
	uint64_t out_bytes, in_bytes; /* of IP packets, a second; 0: no limit */
};

/* What may fail alone, while the rest of a network is in force. */
/*      id          policy            */
#define NET_PART_TABLE(X)                                                                                            \
	X(OUT,        "net.out")                                                                                     \
	X(IN,         "net.in")                                                                                      \
	X(MASQUERADE, "net.masquerade")

enum net_part {
#define X(id, ...) NET_PART_##id,
	NET_PART_TABLE(X)
#undef X
	NET_PART__COUNT
};

/* How a network stands, as the kernel answered. Plain bytes: it is sent as it is. */
struct net_result {
	uint32_t changes;		    /* that were made, or that are due */
	char first[160];		    /* the first of them in words, for the log: "eth0: address 10.77.0.2/24 is missing" */
	char why_not[NET_PART__COUNT][160]; /* "" while it is in force, or not wanted */
	uint64_t out_bytes, in_bytes;	    /* a second, as read back; 0: no limit */
};
