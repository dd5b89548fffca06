/* Its first act is to say where it is: one line with all its cgroups, appended to a file. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "program.h"

static const char usage[] = "firstact FILE [--bytes N] [--stay SECONDS]\n"
			    "  --bytes: before that it writes to so much memory";

static size_t cgroups_read(char *buf, size_t size)
{
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t r;

	while ((r = read(fd, buf + n, size - n)) > 0)
		n += (size_t)r;
	close(fd);
	return n;
}

/* In one write: hundreds do so at once. */
static void say(const char *file)
{
	char text[8192];
	size_t n = cgroups_read(text, sizeof(text) - 1);
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	text[n++] = '\n';
	if (fd < 0 || write(fd, text, n) != (ssize_t)n) {
		perror(file);
		exit(1);
	}
	close(fd);
}

static void touch(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(1);
	for (size_t i = 0; i < bytes; i += 4096)
		p[i] = 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"bytes", 1, NULL, 'b'}, {"stay", 1, NULL, 's'}, {0}};
	uint64_t stay = 0;
	int o;

	if (argc == 2) {
		say(argv[1]);
		return 0;
	}
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'b':
			touch(option_bytes(optarg, usage));
			break;
		case 's':
			stay = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	if (optind + 1 != argc)
		program_misused(usage);
	say(argv[optind]);
	program_begins(stay ? stay : 1);
	while (stay)
		pause();
	return 0;
}
