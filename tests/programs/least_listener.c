/* The least that a listener can do, as a floor for the bench. */
#include "least.h"

static const char usage[] = "least_listener ANCESTOR CGROUP.PROCS...   places each exec of a child's child of ANCESTOR";

int main(int argc, char **argv)
{
	int fd;

	least_begin(argc, argv, usage);
	fd = events_open();
	puts("ready");
	fflush(stdout);
	for (;;)
		event_read(fd);
}
