/* This process becomes the program that `cgq run` is to start. */
#include "run_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run_program.h"
#include "say.h"
#include "text.h"

int run_streams_keep(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0) {
		say("/dev/null: %s", strerror(errno));
		return EXIT_RUN_FAILED;
	}
	close(fd);
	return 0;
}

int run_exec_status(int error)
{
	return error == ENOENT ? 127 : 126;
}

/* The kernel says the same of a script whose "#!" names nothing that is there. */
int run_exec_fail(const char *program, int error, struct err *e)
{
	if (error != ENOENT)
		return fail(e, error, "%s: %s", TEXT_ESCAPED(program), strerror(error));
	return fail(e, error, "%s: there is no such program%s, or no such interpreter as it names", TEXT_ESCAPED(program),
		    strchr(program, '/') ? "" : " in PATH");
}

int run_exec(const struct run_program *p, struct err *e)
{
	char *const *argv = p->argv;
	int error;

	for (int i = 0; i < 3; i++)
		if (p->streams[i] != i && dup2(p->streams[i], i) < 0) {
			fail(e, errno, "dup2: %s", strerror(errno));
			return EXIT_RUN_FAILED;
		}
	execvp(argv[0], argv);
	error = errno;
	run_exec_fail(argv[0], error, e);
	return run_exec_status(error);
}
