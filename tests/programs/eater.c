/* Takes memory: anonymous, or page cache of a file. */
#include <fcntl.h>
#include <sys/mman.h>

#include "program.h"

static const char usage[] = "eater [--size BYTES] [--grow BYTES_A_SECOND] [--max BYTES] [--cache FILE] [--wait] [--seconds S]\n"
			    "  --wait: begins at SIGUSR1. SIGUSR2: all is given back, and it stops growing";

#define CHUNK_BYTES (1UL << 20)

struct meal {
	uint64_t size, grow, max;
	const char *cache;
	bool wait;
};

static struct meal read_options(int argc, char **argv)
{
	static const struct option options[] = {{"size", 1, NULL, 'b'}, {"grow", 1, NULL, 'g'}, {"max", 1, NULL, 'm'},
						{"cache", 1, NULL, 'f'}, {"wait", 0, NULL, 'w'}, {"seconds", 1, NULL, 's'},
						{0}};
	struct meal meal = {.max = 1UL << 30};
	uint64_t seconds = PROGRAM_SECONDS;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'b':
			meal.size = option_bytes(optarg, usage);
			break;
		case 'g':
			meal.grow = option_bytes(optarg, usage);
			break;
		case 'm':
			meal.max = option_bytes(optarg, usage);
			break;
		case 'f':
			meal.cache = optarg;
			break;
		case 'w':
			meal.wait = true;
			break;
		case 's':
			seconds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	program_begins(seconds);
	return meal;
}

/* The file's pages are charged to whoever brings them in: they are thrown out first. */
static void fill_cache(const char *path)
{
	char buf[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void touch(char *from, uint64_t bytes)
{
	memset(from, 0x55, bytes);
}

static bool told(const sigset_t *signals, uint64_t wait_ms)
{
	struct timespec t = {.tv_sec = (time_t)(wait_ms / 1000), .tv_nsec = (long)(wait_ms % 1000) * 1000000};

	return sigtimedwait(signals, NULL, &t) == SIGUSR2;
}

/* Until SIGUSR2. */
static void grow(char *room, const struct meal *meal, const sigset_t *signals)
{
	uint64_t eaten = meal->size;
	uint64_t step_ms = meal->grow ? 1000 * CHUNK_BYTES / meal->grow : 1000;

	while (!told(signals, step_ms))
		if (meal->grow && eaten + CHUNK_BYTES <= meal->max) {
			touch(room + eaten, CHUNK_BYTES);
			eaten += CHUNK_BYTES;
		}
}

int main(int argc, char **argv)
{
	struct meal meal;
	sigset_t signals = program_signals();
	uint64_t room_bytes;
	char *room;
	int got;

	meal = read_options(argc, argv);
	while (meal.wait && sigwait(&signals, &got) == 0 && got != SIGUSR1)
		;
	if (meal.cache)
		fill_cache(meal.cache);
	room_bytes = (meal.size > meal.max ? meal.size : meal.max) + CHUNK_BYTES;
	room = mmap(NULL, room_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return 1;
	touch(room, meal.size);
	grow(room, &meal, &signals);
	munmap(room, room_bytes);
	for (;;)
		pause();
}
