/* Many idle processes: crowd COUNT [NAME]. Says "ready" when all are there; they end with it, and it with its parent. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "text.h"

static void child(const char *name, unsigned i)
{
	char comm[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (name) {
		snprintf(comm, sizeof(comm), "%.10s%u", name, i);
		prctl(PR_SET_NAME, comm);
	}
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	uint64_t n = 0;

	if (argc < 2 || argc > 3 || text_u64(argv[1], &n) < 0 || n == 0) {
		fprintf(stderr, "usage: crowd COUNT [NAME]\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (uint64_t i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("crowd: fork");
			return 1;
		}
		if (pid == 0)
			child(argv[2], (unsigned)i);
	}
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}
