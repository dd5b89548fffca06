/*
 * What cgqd and the starter say to each other, over a pair of SOCK_SEQPACKET sockets (see fd_message.h): orders with descriptors
 * beside them, and one answer to each but GO, in turn. Texts have fixed places, and whoever reads one looks for its end in there.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <cgq/bounds.h>
#include <cgq/err.h>
#include <cgq/namespace.h>

#include "starter.h"

enum starter_order_kind {
	STARTER_KEEP = 1,
	STARTER_NET,
	STARTER_FORGET,
	STARTER_START, /* with the client's connection, the caller's pidfd, and a cgroup where cgroup is set */
	STARTER_GO,    /* of a keep or a start */
};

/* Beside START. */
enum { BESIDE_CONNECTION, BESIDE_CALLER, BESIDE_CGROUP, START__BESIDE };
/* What its hand has then: the client's files in their order, taken from that connection, and these. */
enum { START_CALLER = START_FILES, START_CGROUP, START__DESCRIPTORS };

#define STARTER_HOSTNAME_BYTES 65  /* __NEW_UTS_LEN and its NUL */
#define STARTER_PATH_BYTES     (POLICY_LINE_MAX_BYTES + 1)

struct starter_order {
	uint32_t kind;
	uint32_t serial;
	int32_t pid;		/* GO: which keeper or program */
	int32_t caller;
	struct process_id keeper, like;
	uint32_t uid, gid;
	uint32_t kinds;
	uint64_t network; /* KEEP: see starter.h */
	uint32_t call_bytes; /* START: how long the call is that waits in the connection, with the files */
	uint32_t modes[NAMESPACE__COUNT];
	bool go, terminal, bound, cgroup, has_net, look;
	char group[GROUP_PATH_MAX_BYTES + 1];
	char name[KEEPER_NAME_BYTES];
	char hostname[STARTER_HOSTNAME_BYTES];
	char link[KEEPER_LINK_BYTES];
	char path[STARTER_PATH_BYTES]; /* NET */
	char paths[NAMESPACE__COUNT][STARTER_PATH_BYTES];
	char interface[IFNAMSIZ];
	struct net net; /* its pointers mean nothing here */
};

struct starter_answer {
	uint32_t serial;
	int32_t error; /* 0 or -errno */
	int32_t pid;   /* of a keeper or a start */
	struct net_result net; /* of NET and START */
	char text[sizeof(((struct err *)0)->text)];
};

/* What came from the other side becomes fit to be used: -EBADMSG where a text has no end, or a number or name is none. */
int starter_order_check(struct starter_order *o, struct err *e);
