/* Descriptors of a process that stays: all closed but what it needs. */
#include "starter_hand.h"

#include <fcntl.h>
#include <unistd.h>

static void close_between(unsigned from, unsigned to)
{
	if (from <= to)
		close_range(from, to, 0);
}

/* a is not above b. */
static void close_but(int a, int b)
{
	close_between(STDERR_FILENO + 1, (unsigned)a - 1);
	if (a < b)
		close_between((unsigned)a + 1, (unsigned)b - 1);
	close_between((unsigned)b + 1, ~0U);
}

void descriptors_keep(int a, int b)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (none < 0 || dup2(none, fd) < 0)
			close(fd);
	if (b < 0)
		b = a;
	close_but(a < b ? a : b, a < b ? b : a);
}
