/* What `cgq run` and `cgq enter` share: a program in a group, with the caller's terminal and exit status, or detached. */
#include "run_program.h"

#include <unistd.h>

#include "run_ask.h"
#include "run_detach.h"
#include "run_exec.h"
#include "say.h"

static int become(const struct run_program *p)
{
	struct err e = {0};
	int status = run_exec(p, &e);

	say("%s", e.text);
	return status;
}

/* Signals stay blocked: one that was for the program comes too late, and is not to be the end of us instead of its status. */
static int attend(struct run_talk *t)
{
	return run_talk_until_end(t);
}

static int run_attended(const struct options *o, const struct run_program *p)
{
	struct run_talk talk;
	int status = 0;
	pid_t pid = 0;

	switch (run_ask(o, p, &talk, &pid, &status)) {
	case RUN_WAY_PLACED:
		return become(p);
	case RUN_WAY_STARTED:
		return attend(&talk);
	case RUN_WAY_FAILED:
		break;
	}
	return status;
}

int run_program(const struct options *o, struct run_program *p)
{
	int status = run_streams_keep();

	for (int i = 0; i < 3; i++)
		p->streams[i] = i;
	if (status)
		return status;
	return p->detached ? run_detach(o, p) : run_attended(o, p);
}
