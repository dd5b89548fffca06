/* A process of many threads that sleep. */
#include <pthread.h>

#include "program.h"

static const char usage[] = "threads [--threads N] [--seconds S]";

static void *wait_for_the_end(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"threads", 1, NULL, 't'}, {"seconds", 1, NULL, 's'}, {0}};
	uint64_t threads = 1, seconds = PROGRAM_SECONDS;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 't':
			threads = option_u64(optarg, usage);
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
	wait_for_the_end(NULL);
}
