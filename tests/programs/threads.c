/* A process of many threads that sleep; the first of them may end before the others. */
#include <pthread.h>

#include "program.h"

static const char usage[] = "threads [--threads N] [--headless] [--seconds S]\n"
			    "  --headless: the first thread ends at SIGUSR1";

static void *wait_for_the_end(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"threads", 1, NULL, 't'}, {"headless", 0, NULL, 'h'}, {"seconds", 1, NULL, 's'}, {0}};
	uint64_t threads = 1, seconds = PROGRAM_SECONDS;
	sigset_t signals = program_signals();
	bool headless = false;
	int o, got;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 't':
			threads = option_u64(optarg, usage);
			break;
		case 'h':
			headless = true;
			break;
		case 's':
			seconds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	program_begins(seconds);
	for (uint64_t i = 1; i < threads; i++) {
		pthread_t t;

		if (pthread_create(&t, NULL, wait_for_the_end, NULL) != 0)
			return 1;
	}
	while (headless)
		if (sigwait(&signals, &got) == 0)
			pthread_exit(NULL);
	wait_for_the_end(NULL);
}
