/* How long until it is in a group: microseconds from its first instruction of main, 0 if it was there at once; -1: not in time. */
#include <fcntl.h>

#include "program.h"

static const char usage[] = "arrive MARK [SECONDS]   MARK: what stands in its /proc/self/cgroup once it is there";

static bool has_mark(const char *mark)
{
	char text[8192];
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return strstr(text, mark);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	uint64_t begun = now_us(), seconds = 1, now = begun;
	bool is_there;

	if (argc < 2 || argc > 3)
		program_misused(usage);
	is_there = has_mark(argv[1]);
	if (is_there) {
		puts("0");
		return 0;
	}
	if (argc == 3)
		seconds = option_u64(argv[2], usage);
	while (!is_there && now - begun < seconds * 1000000) {
		is_there = has_mark(argv[1]);
		now = now_us();
	}
	if (is_there)
		printf("%llu\n", (unsigned long long)(now - begun));
	else
		puts("-1");
	return 0;
}
