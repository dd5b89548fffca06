/*
 * The least that a listener can do, as a floor for the bench: of the kernel's process events it takes forks and execs, knows
 * whom to place by descent alone, and writes the pid. It looks nothing up, remembers nothing else and gives nothing back.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "program.h"

static const char usage[] = "least_listener ANCESTOR CGROUP.PROCS...   places each exec of a child's child of ANCESTOR";

#define PIDS_MAX     (4 << 20)
#define TARGETS_MAX  8
#define PLACED_DEPTH 2

static unsigned char depth_above[PIDS_MAX]; /* by pid: steps from ANCESTOR, itself 1; 0: none of its own */

static int events_open(void)
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
		perror("least_listener");
		exit(1);
	}
	return fd;
}

static void forked(uint32_t parent, uint32_t child)
{
	if (parent < PIDS_MAX && child < PIDS_MAX)
		depth_above[child] = depth_above[parent] ? depth_above[parent] + 1 : 0;
}

static void place(uint32_t pid, const int *targets, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", pid);

	for (int i = 0; i < n; i++)
		if (write(targets[i], text, (size_t)len) < 0 && errno != ESRCH)
			perror("least_listener: write");
}

static void event_take(const char *data, const int *targets, int n)
{
	struct proc_event e;

	memcpy(&e, data, sizeof(e));
	if (e.what == PROC_EVENT_FORK && e.event_data.fork.child_pid == e.event_data.fork.child_tgid)
		forked((uint32_t)e.event_data.fork.parent_tgid, (uint32_t)e.event_data.fork.child_tgid);
	else if (e.what == PROC_EVENT_EXEC && (uint32_t)e.event_data.exec.process_tgid < PIDS_MAX &&
		 depth_above[e.event_data.exec.process_tgid] == PLACED_DEPTH + 1)
		place((uint32_t)e.event_data.exec.process_tgid, targets, n);
}

int main(int argc, char **argv)
{
	const size_t before = NLMSG_HDRLEN + sizeof(struct cn_msg);
	int fd, targets[TARGETS_MAX];
	uint64_t ancestor;
	char buf[4096];

	if (argc < 3 || argc - 2 > TARGETS_MAX)
		program_misused(usage);
	ancestor = option_u64(argv[1], usage);
	if (ancestor && ancestor < PIDS_MAX)
		depth_above[ancestor] = 1;
	for (int i = 0; i < argc - 2; i++)
		if ((targets[i] = open(argv[i + 2], O_WRONLY | O_CLOEXEC)) < 0)
			program_misused(usage);
	die_with_parent(getppid());
	fd = events_open();
	puts("ready");
	fflush(stdout);
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n >= (ssize_t)(before + sizeof(struct proc_event)))
			event_take(buf + before, targets, argc - 2);
	}
}
