/* Asks a daemon the same thing again and again: asker SOCKET METHOD, until SIGTERM. Then says how long the answers took. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cgq/memory.h>

static volatile sig_atomic_t ends;

static void on_terminate(int signal)
{
	ends = signal;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

/* False: no whole answer came. */
static int ask(int fd, const char *call, size_t len)
{
	static char buffer[1 << 16];
	ssize_t n;

	if (send(fd, call, len, MSG_NOSIGNAL) != (ssize_t)len)
		return 0;
	do
		n = recv(fd, buffer, sizeof(buffer), 0);
	while (n > 0 && buffer[n - 1] != '\0');
	return n > 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	struct sigaction terminate = {.sa_handler = on_terminate};
	char call[256];
	uint64_t *took = NULL;
	size_t n = 0, cap = 0;
	int fd, len;

	if (argc != 3 || (fd = connect_to(argv[1])) < 0) {
		fprintf(stderr, "usage: asker SOCKET METHOD\n");
		return 2;
	}
	sigaction(SIGTERM, &terminate, NULL);
	len = snprintf(call, sizeof(call), "{\"method\":\"%s\"}", argv[2]) + 1;
	while (!ends) {
		uint64_t begun = now_ns();

		if (!ask(fd, call, (size_t)len))
			break;
		array_grow(took, n, cap);
		took[n++] = now_ns() - begun;
	}
	if (n == 0)
		return 1;
	qsort(took, n, sizeof(*took), by_value);
	printf("%zu answers: median %.1f ms, p99 %.1f ms, worst %.1f ms\n", n, took[n / 2] / 1e6, took[n * 99 / 100] / 1e6,
	       took[n - 1] / 1e6);
	return 0;
}
