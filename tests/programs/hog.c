/* Busy threads: nothing but user CPU. */
#include <pthread.h>
#include <sched.h>

#include "program.h"

static const char usage[] = "hog [--threads N] [--cpu N] [--name COMM] [--seconds S]";

static void *spin(void *unused)
{
	for (volatile uint64_t n = 0;; n++)
		;
	return unused;
}

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		perror("hog: sched_setaffinity");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"threads", 1, NULL, 't'},
						{"cpu", 1, NULL, 'c'},
						{"name", 1, NULL, 'n'},
						{"seconds", 1, NULL, 's'},
						{0}};
	uint64_t threads = 1, seconds = PROGRAM_SECONDS;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 't':
			threads = option_u64(optarg, usage);
			break;
		case 'c':
			pin((unsigned)option_u64(optarg, usage));
			break;
		case 'n':
			prctl(PR_SET_NAME, optarg);
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

		if (pthread_create(&t, NULL, spin, NULL) != 0)
			return 1;
	}
	spin(NULL);
}
