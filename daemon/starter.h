/*
 * cgqd's side of the starter: a helper process (see helper.h, role "starter") that makes namespaces and networks, and
 * starts programs in them. It alone has the capabilities for that; cgqd decides, and places. Nothing here waits: what was
 * asked is answered by a call from the loop, never from within the call that asks, in the order that it was asked in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include <cgq/err.h>
#include <cgq/namespace.h>

struct starter;
struct helpers;

/* By its number and its start, which no other has: an order may wait, and the number be another's by then. pid 0: none. */
struct process_id {
	int32_t pid;
	uint64_t start_ticks;
};

/* error 0, or -errno with what and why in e; the starter that died or hangs answers all with -EPIPE, and is started anew by the next order. */
typedef void starter_kept(void *ctx, int error, pid_t keeper, const struct err *e);
typedef void starter_done(void *ctx, int error, const struct err *e);

struct starter *starter_new(sd_event *event, struct helpers *helpers); /* both borrowed */
void starter_free(struct starter *s); /* who was asked and has no answer is not called; keepers and programs live on */

/*
 * One process that keeps the namespaces of NAMESPACE_GROUP that a group wants, in the cgroup it is started in until cgqd
 * places it: with a pid namespace it is that one's init. name: its netns as `ip netns` shows it ("" without net).
 * hostname: of the uts namespace. From starter_go() on it survives cgqd and the starter, and ends by SIGTERM once nobody else is in
 * its namespaces; without that it ends with the starter, and its name goes. What fails half-way is undone whole.
 */
#define KEEPER_COMM "cgq-keeper" /* its name */
struct starter_keep {
	const char *group;
	const char *name;
	const char *hostname;
	uint32_t kinds; /* bit per enum namespace_kind */
	uint64_t network; /* inode of the one that name leads to, which it goes on keeping; 0: a new one, and the name is given */
};
/* All texts must fit their places in starter_wire.h, else -ENAMETOOLONG at once. */
int starter_keep(struct starter *s, const struct starter_keep *q, starter_kept *answer, void *ctx, struct err *e);

/*
 * Brings the network of a namespace (of process keeper, or the file at path; the other is none or NULL) to what net says, from
 * whatever it is now: a second call changes nothing, a changed rate loses no connection. link: name of the end outside.
 * group is for the alias of the link, which says whose it is.
 */
struct starter_net {
	const char *group;
	struct process_id keeper;
	const char *path;
	const char *name; /* in /run/netns, given anew where it is missing; NULL: none */
	const char *link;
	const struct net *net;
};
/* result (NULL on error): how it stands now, and which parts of it are not in force. look: nothing is changed. */
typedef void starter_netted(void *ctx, int error, const struct net_result *result, const struct err *e);
int starter_net(struct starter *s, const struct starter_net *q, bool look, starter_netted *answer, void *ctx, struct err *e);

/* Takes the name in /run/netns, the link outside and its masquerading away; whichever there are. */
int starter_forget(struct starter *s, const char *name, const char *link, starter_done *answer, void *ctx, struct err *e);

/*
 * Answers of keep, net and forget come from within this call, until all have come or the time is up: for those few who must not
 * return before. What is answered to a start places a process, and so waits for the loop.
 */
void starter_wait(struct starter *s, unsigned ms);

/*
 * A program for a client, whose files are beside its call, which is left in its connection (see call_files.h) and is the starter's
 * now: 0 to 2, its folder, a memfd with its arguments and environment (see <cgq/run.h>), and the socket on which the client is told
 * what becomes of it and asks for signals. The answer names the
 * process, which waits before its exec until starter_go(): cgqd places it meanwhile. With NAMESPACE_NEW of pid that is the init
 * of the new namespace, and the program its child, which inherits its cgroups. A link of a net:new goes with its namespace;
 * it is never masqueraded, since nobody would be there to take that away.
 */
#define NET_NEW_NO_MASQUERADE "it is for one network of the whole group"
enum { START_STDIN, START_STDOUT, START_STDERR, START_FOLDER, START_TEXT, START_TALK, START_FILES };

struct starter_start {
	const char *group;
	struct process_id keeper; /* whose namespaces are entered, as far as NAMESPACE_GROUP */
	struct process_id like;   /* cgq enter: whose namespaces are entered instead of making new ones */
	const struct namespaces *namespaces; /* NAMESPACE_HOST: those that the caller is in */
	const struct net *net;	/* of a net:new: made for this start alone. NULL: none */
	const char *link;	/* and its end outside */
	pid_t caller;	/* whose capabilities (bounding), no_new_privs, rlimits, umask, scheduling, groups … it has; refused when it is under
			   seccomp, in another user, pid, mount … namespace than the starter, in a chroot, or its ids are not all those below */
	int caller_pidfd; /* opened while it was known to be the one who asks (SO_PEERPIDFD); borrowed */
	uid_t uid;	/* SO_PEERCRED */
	gid_t gid;
	int cgroup;	/* v2: descriptor of the cgroup that it is born into by clone3(); -1: cgqd moves it */
	bool bound;	/* the caller is, to fewer CPUs than its cpuset has: the program is too, as far as its own cpuset has them */
	bool terminal;	/* it gets a terminal of its own, whose other end the client is given */
	int connection; /* borrowed */
	size_t call_bytes;
};
/* net: how a net:new stands; all zero where there is none, NULL on error. */
typedef void starter_started(void *ctx, int error, pid_t pid, const struct net_result *net, const struct err *e);
int starter_start(struct starter *s, const struct starter_start *q, starter_started *answer, void *ctx, struct err *e);
/* A keeper or a program. false: it ends, and the client is told nothing more. */
/* Nobody wants an answer with ctx any more. True: none will come, since the starter did not know of it yet, or is no more (NULL). */
bool starter_drop(struct starter *s, const void *ctx);
int starter_go(struct starter *s, pid_t pid, bool go, struct err *e);
