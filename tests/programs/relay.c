/*
 * One program after the other: says of each how many nanoseconds fork, exec and its end took, as its parent sees them. With
 * --overlap the next does not wait for its end; what is said is fork alone then. What the programs say goes nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "program.h"

static const char usage[] = "relay [--overlap] COUNT GAP_MS PROGRAM [ARGUMENT]...";

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static _Noreturn void child(char **argv)
{
	int nowhere = open("/dev/null", O_WRONLY);

	dup2(nowhere, STDOUT_FILENO);
	execv(argv[0], argv);
	_exit(97);
}

static void end_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0) {
		fprintf(stderr, "relay: a program ended with %#x\n", (unsigned)status);
		exit(1);
	}
}

static uint64_t run_ns(char **argv, bool overlap)
{
	uint64_t began = clock_ns();
	pid_t pid = fork();

	if (pid == 0)
		child(argv);
	if (pid < 0) {
		perror("relay: fork");
		exit(1);
	}
	if (!overlap)
		end_wait(pid);
	return clock_ns() - began;
}

static void ends_wait(uint64_t count)
{
	while (count--)
		end_wait(-1);
}

int main(int argc, char **argv)
{
	bool overlap = argc > 1 && strcmp(argv[1], "--overlap") == 0;
	uint64_t count, gap_ms, *took;

	argc -= overlap;
	argv += overlap;
	if (argc < 4)
		program_misused(usage);
	count = option_u64(argv[1], usage);
	gap_ms = option_u64(argv[2], usage);
	took = calloc(count + 1, sizeof(*took));
	if (!took)
		return 1;
	program_begins(600);
	for (uint64_t i = 0; i < count; i++) {
		if (gap_ms)
			sleep_ms(gap_ms);
		took[i] = run_ns(argv + 3, overlap);
	}
	ends_wait(overlap ? count : 0);
	for (uint64_t i = 0; i < count; i++)
		printf("%llu\n", (unsigned long long)took[i]);
	free(took);
	return 0;
}
