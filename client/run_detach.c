/* `cgq run --detach`: a process of its own, of which the caller hears when it is the program. */
#include "run_detach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_ask.h"
#include "run_exec.h"
#include "say.h"
#include "text.h"

/* What the child says. READY: it will call exec now; that it did shows by the end of the pipe, with nothing more said. */
struct said {
	enum { SAID_READY, SAID_STARTED, SAID_FAILED } kind;
	int value; /* STARTED: its process id; FAILED: the exit status */
};

static int failed(const char *what)
{
	say("%s: %s", what, strerror(errno));
	return EXIT_RUN_FAILED;
}

static int streams_open(const struct options *o, int streams[3])
{
	const char *log = o->values[OPTION_LOG];

	streams[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (streams[0] < 0)
		return failed("/dev/null");
	streams[1] = log ? open(log, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666)
			 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (streams[1] < 0)
		return failed(log ? TEXT_ESCAPED(log) : "/dev/null");
	streams[2] = streams[1];
	return 0;
}

static bool tell(int to, int kind, int value)
{
	struct said said = {kind, value};

	return write(to, &said, sizeof(said)) == sizeof(said);
}

/* stderr is talked on to the last. All that the caller had open besides is closed by exec: nobody waits for its end. */
static int become(const struct run_program *p)
{
	int talk = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), status;
	struct err e = {0};

	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, 0);
	status = run_exec(p, &e);
	dup2(talk, STDERR_FILENO);
	say("%s", e.text);
	return status;
}

static int child(const struct options *o, const struct run_program *p, int to, pid_t parent)
{
	struct run_talk talk;
	int status = 0;
	pid_t pid = 0;

	setsid();
	/* who gives up waiting for us wants no program either; getppid(): it may have before */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		return EXIT_RUN_FAILED;
	switch (run_ask(o, p, &talk, &pid, &status)) {
	case RUN_WAY_PLACED:
		status = tell(to, SAID_READY, 0) ? become(p) : EXIT_RUN_FAILED;
		break;
	case RUN_WAY_STARTED:
		run_talk_give_up(&talk);
		return tell(to, SAID_STARTED, pid) ? 0 : EXIT_RUN_FAILED;
	case RUN_WAY_FAILED:
		break;
	}
	tell(to, SAID_FAILED, status);
	return status;
}

/* The last that it says, or how it ended without a word. */
static int listen_to(int from, pid_t child_pid, pid_t *ret)
{
	struct said said = {SAID_FAILED, EXIT_RUN_FAILED}, next;
	bool any = false;
	ssize_t n;

	while ((n = read(from, &next, sizeof(next))) == sizeof(next) || (n < 0 && errno == EINTR)) {
		any |= n > 0;
		said = n > 0 ? next : said;
	}
	*ret = said.kind == SAID_STARTED ? said.value : child_pid;
	if (said.kind == SAID_READY)
		return 0;
	waitpid(child_pid, NULL, 0);
	if (!any)
		say("%s: it was killed before it could start", "run");
	return said.kind == SAID_STARTED ? 0 : said.value;
}

static int child_start(const struct options *o, const struct run_program *p)
{
	const pid_t parent = getpid();
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return failed("pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return failed("fork");
	if (pid == 0) {
		close(ends[0]);
		_exit(child(o, p, ends[1], parent));
	}
	close(ends[1]);
	status = listen_to(ends[0], pid, &pid);
	close(ends[0]);
	if (status == 0)
		printf(o->set[OPTION_JSON] ? "{\"pid\": %d}\n" : "%d\n", (int)pid);
	return status;
}

int run_detach(const struct options *o, struct run_program *p)
{
	int status = streams_open(o, p->streams);

	return status ? status : child_start(o, p);
}
