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
	fail(e, error, "%s: %s", TEXT_ESCAPED(argv[0]),
	     error == ENOENT && !strchr(argv[0], '/') ? "there is no such program in PATH" : strerror(error));
	return run_exec_status(error);
}
