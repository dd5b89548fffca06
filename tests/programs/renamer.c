/* Becomes another: each SIGUSR1 takes the next step of its command line. */
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "program.h"

static const char usage[] = "renamer [--seconds S] STEP...\n"
			    "  uid=N  effective uid    comm=NAME  its name    exec=PATH  becomes PATH --seconds S\n"
			    "  thread-exec=PATH  the same, called by another thread than the first\n"
			    "  try=PATH  as exec, and goes on when that fails    fork  a child that sleeps\n"
			    "  sibling  the same, but a child of its own parent";

static pid_t parent;

static const char *step_value(const char *step, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(step, kind, len) == 0 && step[len] == '=' ? step + len + 1 : NULL;
}

static void sleep_on(unsigned seconds)
{
	alarm(seconds);
	for (;;)
		pause();
}

static void fork_sleeper(unsigned seconds)
{
	pid_t self = getpid();

	if (fork() != 0)
		return;
	die_with_parent(self);
	sleep_on(seconds);
}

/* By the kernel's own call: the library knows another process then. */
static void fork_sibling(unsigned seconds)
{
	if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0) == 0)
		sleep_on(seconds);
}

static void become(const char *path, uint64_t seconds)
{
	char text[24];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)seconds);
	execl(path, path, "--seconds", text, (char *)NULL);
	perror(path);
}

struct becoming {
	const char *path;
	uint64_t seconds;
};

static void *become_here(void *ctx)
{
	const struct becoming *b = ctx;

	become(b->path, b->seconds);
	return NULL;
}

static void become_in_thread(const char *path, uint64_t seconds)
{
	struct becoming b = {path, seconds};
	pthread_t t;

	if (pthread_create(&t, NULL, become_here, &b) == 0)
		pthread_join(t, NULL);
}

static void take_step(const char *step, uint64_t seconds)
{
	const char *value;

	if ((value = step_value(step, "uid"))) {
		if (seteuid((uid_t)option_u64(value, usage)) < 0)
			perror("renamer: seteuid");
		die_with_parent(parent);
	} else if ((value = step_value(step, "comm"))) {
		prctl(PR_SET_NAME, value);
	} else if ((value = step_value(step, "exec"))) {
		become(value, seconds);
		exit(1);
	} else if ((value = step_value(step, "thread-exec"))) {
		become_in_thread(value, seconds);
		exit(1);
	} else if ((value = step_value(step, "try"))) {
		sigset_t before;

		sigprocmask(SIG_SETMASK, NULL, &before);
		become(value, seconds);
		sigprocmask(SIG_SETMASK, &before, NULL);
	} else if (strcmp(step, "fork") == 0) {
		fork_sleeper((unsigned)seconds);
	} else if (strcmp(step, "sibling") == 0) {
		fork_sibling((unsigned)seconds);
	} else {
		program_misused(usage);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"seconds", 1, NULL, 's'}, {0}};
	uint64_t seconds = PROGRAM_SECONDS;
	sigset_t signals = program_signals();
	int o, got;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 's':
			seconds = option_u64(optarg, usage);
			break;
		default:
			program_misused(usage);
		}
	parent = getppid();
	program_begins(seconds);
	while (optind < argc && sigwait(&signals, &got) == 0)
		if (got == SIGUSR1)
			take_step(argv[optind++], seconds);
	for (;;)
		pause();
}
