/*
 * The least that one can do who places at once and keeps warm, as a floor for `latency = low`: a pinned real-time thread for each
 * CPU, woken by a filter of the kernel for what starts there alone, and a write every few milliseconds.
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>

#include "least.h"

static const char usage[] = "least_warm ANCESTOR CGROUP.PROCS...   the same as least_listener, as soon as can be";

/* A netlink header and a connector's, then struct proc_event: what, cpu. A load takes its bytes for big-endian. */
#define WHAT_AT	 36
#define CPU_AT	 40
#define ANY_CPU	 UINT32_MAX
#define TOUCH_US 4000

static pid_t touched; /* a child of ours, in a cgroup of theirs */

static void filter_attach(int fd, uint32_t what, uint32_t cpu)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WHAT_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(what), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CPU_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(cpu), 0, cpu == ANY_CPU ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0) {
		perror("least_warm: filter");
		exit(1);
	}
}

/* In a cgroup already: a write of it moves nobody. */
static void child_begin(void)
{
	pid_t parent = getpid();

	touched = fork();
	if (touched == 0) {
		die_with_parent(parent);
		for (;;)
			pause();
	}
	pid_write((uint32_t)touched, 1);
}

static void realtime_begin(unsigned cpu)
{
	const struct sched_param lowest = {.sched_priority = 1};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0 || sched_setscheduler(0, SCHED_FIFO, &lowest) < 0) {
		perror("least_warm: real-time priority");
		exit(1);
	}
}

static void *place_on(void *arg)
{
	const struct timeval touch = {.tv_usec = TOUCH_US};
	unsigned cpu = (unsigned)(uintptr_t)arg;
	int fd = events_open();

	filter_attach(fd, PROC_EVENT_EXEC, cpu);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &touch, sizeof(touch));
	realtime_begin(cpu);
	for (;;)
		if (!event_read(fd))
			pid_write((uint32_t)touched, 1);
	return NULL;
}

int main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread;
	int fd;

	least_begin(argc, argv, usage);
	child_begin();
	fd = events_open();
	filter_attach(fd, PROC_EVENT_FORK, ANY_CPU);
	for (uintptr_t cpu = 0; cpu < (uintptr_t)cpus; cpu++)
		if (pthread_create(&thread, NULL, place_on, (void *)cpu) != 0)
			program_misused(usage);
	/* they have their sockets in less */
	sleep(1);
	puts("ready");
	fflush(stdout);
	for (;;)
		event_read(fd);
}
