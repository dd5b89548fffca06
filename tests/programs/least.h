/*
 * What both floors of the bench have in common: the kernel's process events, whom to place by descent alone, and the writes that
 * place. They look nothing up, remember nothing else and give nothing back.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "program.h"

#define PIDS_MAX     (4 << 20)
#define TARGETS_MAX  8
#define PLACED_DEPTH 2

static unsigned char depth_above[PIDS_MAX]; /* by pid: steps from the ancestor, itself 1; 0: none of its own */
static int targets[TARGETS_MAX];
static int n_targets;

/* ANCESTOR CGROUP.PROCS… */
static inline void least_begin(int argc, char **argv, const char *usage)
{
	uint64_t ancestor;

	if (argc < 3 || argc - 2 > TARGETS_MAX)
		program_misused(usage);
	ancestor = option_u64(argv[1], usage);
	if (ancestor && ancestor < PIDS_MAX)
		depth_above[ancestor] = 1;
	for (n_targets = 0; n_targets < argc - 2; n_targets++)
		if ((targets[n_targets] = open(argv[n_targets + 2], O_WRONLY | O_CLOEXEC)) < 0)
			program_misused(usage);
	die_with_parent(getppid());
}

static inline int events_open(void)
{
	struct {
		struct nlmsghdr head;
		char message[sizeof(struct cn_msg) + sizeof(enum proc_cn_mcast_op)];
	} ask = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(ask.message)), .nlmsg_type = NLMSG_DONE}};
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	const struct cn_msg connector = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)};
	const enum proc_cn_mcast_op listen_op = PROC_CN_MCAST_LISTEN;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR), buffer = 16 << 20;

	memcpy(ask.message, &connector, sizeof(connector));
	memcpy(ask.message + sizeof(connector), &listen_op, sizeof(listen_op));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(fd, &ask, ask.head.nlmsg_len, 0) < 0) {
		perror("process events");
		exit(1);
	}
	return fd;
}

static inline void pid_write(uint32_t pid, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", pid);

	for (int i = 0; i < n; i++)
		if (write(targets[i], text, (size_t)len) < 0 && errno != ESRCH)
			perror("cgroup.procs");
}

static inline void forked(uint32_t parent, uint32_t child)
{
	if (parent < PIDS_MAX && child < PIDS_MAX)
		depth_above[child] = depth_above[parent] ? depth_above[parent] + 1 : 0;
}

static inline void event_take(const struct proc_event *e)
{
	uint32_t pid = (uint32_t)e->event_data.exec.process_tgid;

	if (e->what == PROC_EVENT_FORK && e->event_data.fork.child_pid == e->event_data.fork.child_tgid)
		forked((uint32_t)e->event_data.fork.parent_tgid, (uint32_t)e->event_data.fork.child_tgid);
	else if (e->what == PROC_EVENT_EXEC && pid < PIDS_MAX && depth_above[pid] == PLACED_DEPTH + 1)
		pid_write(pid, n_targets);
}

/* One message, if one comes: false where none did in the socket's time. */
static inline bool event_read(int fd)
{
	const size_t before = NLMSG_HDRLEN + sizeof(struct cn_msg);
	struct proc_event e;
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < (ssize_t)(before + sizeof(e)))
		return n >= 0;
	memcpy(&e, buf + before, sizeof(e));
	event_take(&e);
	return true;
}
