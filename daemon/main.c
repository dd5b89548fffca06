/* cgqd: options, and the exit code. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <cgq/auto.h>

#include "check.h"
#include "daemon.h"
#include "log.h"

static void block_signals(void)
{
	sigset_t set;

	/* Before any thread is made: they arrive as events of the loop only. */
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, the kernel would reap the health command before we know how it ended */
}

static int run(const struct options *o)
{
	struct daemon d;
	struct err e = {0};
	int r = daemon_open(&d, o, &e);

	if (r == 0)
		r = o->once ? daemon_once(&d, &e) : daemon_serve(&d, &e);
	if (r < 0)
		log_line(LOG_LEVEL_ERROR, "%s", e.text);
	daemon_close(&d);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * What is large is not large for long: the kernel's types, facts of all processes, a journal. It gets pages of its own, which go
 * back when it does. By itself the library would stop that after the first such block.
 */
static void large_blocks_go_back(void)
{
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
}

int main(int argc, char **argv)
{
	struct options o;

	large_blocks_go_back();
	if (options_parse(argc, argv, &o) < 0)
		return 2;
	log_verbose(o.verbose);
	if (o.help) {
		options_usage(stdout);
		return EXIT_SUCCESS;
	}
	if (o.version) {
		printf("cgqd %s\n", CGQ_VERSION);
		return EXIT_SUCCESS;
	}
	if (o.helper)
		return helper_main(o.helper);
	block_signals();
	return o.check ? check_folders(&o) : run(&o);
}
