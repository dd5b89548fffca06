/* A process of many threads that sleep; the first of them may end before the others. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

#include "program.h"

static const char usage[] = "threads [--threads N] [--headless] [--enter FILE] [--seconds S]\n"
			    "  --headless: the first thread ends at SIGUSR1\n"
			    "  --enter: one that is not the first enters that network, and says so";

static void *wait_for_the_end(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *enter(void *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		exit(1);
	puts("inside");
	fflush(stdout);
	return wait_for_the_end(NULL);
}

static void thread_start(void *(*run)(void *), void *ctx)
{
	pthread_t t;

	if (pthread_create(&t, NULL, run, ctx) != 0)
		exit(1);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"threads", 1, NULL, 't'}, {"headless", 0, NULL, 'h'}, {"seconds", 1, NULL, 's'},
		{"enter", 1, NULL, 'e'}, {0}};
	uint64_t threads = 1, seconds = PROGRAM_SECONDS;
	sigset_t signals = program_signals();
	bool headless = false;
	char *file = NULL;
	int o, got;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 't':
			threads = option_u64(optarg, usage);
			break;
		case 'h':
			headless = true;
			break;
		case 'e':
			file = optarg;
			break;
		case 's':
			seconds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	program_begins(seconds);
	for (uint64_t i = 1; i < threads; i++)
		thread_start(wait_for_the_end, NULL);
	if (file)
		thread_start(enter, file);
	while (headless)
		if (sigwait(&signals, &got) == 0)
			pthread_exit(NULL);
	wait_for_the_end(NULL);
}
