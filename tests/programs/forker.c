/* A fork storm: children that fork grandchildren, as fast as it goes. As many as lived at a time stay when it ends. */
#include <sys/wait.h>

#include "program.h"

static const char usage[] = "forker [--storm S] [--live MS] [--alive N] [--orphans] [--seconds S]\n"
			    "  --storm: how long it forks; --live: how long each child lives; --alive: pairs at a time\n"
			    "  --orphans: children end at once, and --alive grandchildren in all go on alone";

struct storm {
	uint64_t end_ms, live_ms, alive, seconds;
	bool orphans;
};

/* Never returns. */
static void live(const struct storm *s, pid_t parent)
{
	die_with_parent(parent);
	alarm((unsigned)s->seconds);
	sleep_ms(s->live_ms);
	if (clock_ms() < s->end_ms)
		_exit(0);
	for (;;)
		pause();
}

static bool fork_pair(const struct storm *s)
{
	pid_t parent = getpid(), child = fork();

	if (child != 0)
		return child > 0;
	if (fork() == 0)
		live(s, getppid());
	live(s, parent);
	return false;
}

/* Without a parent to die with, an orphan has its alarm. */
static void fork_orphan(const struct storm *s)
{
	pid_t child = fork();

	if (child > 0)
		waitpid(child, NULL, 0);
	if (child != 0)
		return;
	if (fork() != 0)
		_exit(0);
	alarm((unsigned)s->seconds);
	for (;;)
		pause();
}

/* Who was about to end when the storm did has ended a moment later. */
static void fill_up(const struct storm *s, uint64_t alive)
{
	sleep_ms(50);
	while (alive > 0 && waitpid(-1, NULL, WNOHANG) > 0)
		alive--;
	for (; alive < s->alive; alive++)
		fork_pair(s);
}

static void storm(const struct storm *s)
{
	uint64_t alive = 0;

	for (uint64_t i = 0; s->orphans && i < s->alive; i++)
		fork_orphan(s);
	while (!s->orphans && clock_ms() < s->end_ms) {
		while (alive > 0 && waitpid(-1, NULL, alive >= s->alive ? 0 : WNOHANG) > 0)
			alive--;
		alive += fork_pair(s);
	}
	if (!s->orphans)
		fill_up(s, alive);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"storm", 1, NULL, 'f'},
						{"live", 1, NULL, 'l'},
						{"alive", 1, NULL, 'a'},
						{"orphans", 0, NULL, 'o'},
						{"seconds", 1, NULL, 's'},
						{0}};
	struct storm s = {.live_ms = 20, .alive = 20, .seconds = PROGRAM_SECONDS};
	uint64_t storm_s = 2;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'f':
			storm_s = option_u64(optarg, usage);
			break;
		case 'l':
			s.live_ms = option_u64(optarg, usage);
			break;
		case 'a':
			s.alive = option_u64(optarg, usage);
			break;
		case 'o':
			s.orphans = true;
			break;
		case 's':
			s.seconds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	program_begins(s.seconds);
	s.end_ms = clock_ms() + storm_s * 1000;
	storm(&s);
	for (;;)
		pause();
}
