/* Execs all at once: children that wait for one word, and then become the same program. Says how it went. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "program.h"

static const char usage[] = "burst [--count N] [--rounds R] PROGRAM [ARGUMENT]...\n"
			    "  says \"execs=… failed=… longest_ms=…\", the longest of the rounds";

#define EXEC_FAILED 97

static void child(int go, char **argv)
{
	char word;

	if (read(go, &word, 1) < 0)
		_exit(EXEC_FAILED);
	execv(argv[0], argv);
	_exit(EXEC_FAILED);
}

/* How many failed. */
static unsigned round_run(unsigned count, char **argv)
{
	unsigned failed = 0;
	int go[2], status;

	if (pipe2(go, O_CLOEXEC) < 0)
		return count;
	for (unsigned i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(go[1]);
			child(go[0], argv);
		}
		failed += pid < 0;
	}
	close(go[0]);
	close(go[1]);
	while (wait(&status) > 0 || errno == EINTR)
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	return failed;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"count", 1, NULL, 'c'}, {"rounds", 1, NULL, 'r'}, {0}};
	uint64_t count = 500, rounds = 1, longest = 0;
	unsigned failed = 0;
	int o;

	while ((o = getopt_long(argc, argv, "+", options, NULL)) != -1)
		switch (o) {
		case 'c':
			count = option_u64(optarg, usage);
			break;
		case 'r':
			rounds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	if (optind == argc)
		program_misused(usage);
	program_begins(0);
	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t began = clock_ms(), took;

		failed += round_run((unsigned)count, argv + optind);
		took = clock_ms() - began;
		longest = took > longest ? took : longest;
	}
	printf("execs=%llu failed=%u longest_ms=%llu\n", (unsigned long long)(count * rounds), failed,
	       (unsigned long long)longest);
	return failed != 0;
}
