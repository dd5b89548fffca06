/*
 * twice_run SOCKET GROUP SECONDS: one process that has io.cgq.Run start two programs in a group with namespaces. Prints of each the
 * process id, as this machine knows it, or why there is none, and waits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "call.h"
#include "run_text.h"

static int start(const char *socket, const char *group, char *seconds)
{
	char *argv[] = {(char *)"sleep", seconds, NULL};
	struct answer a = {0};
	struct err e = {0};
	int talk[2] = {-1, -1}, folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), text = run_text_make(argv, environ, &e);
	struct call_files files = {.list = {0, 2, 2, folder, text}, .n = 6, .stop = -1};

	if (text < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, talk) < 0)
		return -1;
	files.list[5] = talk[1];
	if (call_with(socket, "io.cgq.Run", json_pack("{s:s}", "group", group), &files, 30, &a, &e) < 0)
		return -1;
	close(talk[1]);
	if (a.error)
		puts(json_string_value(json_object_get(a.parameters, "text")));
	else
		printf("%d\n", (int)json_integer_value(json_object_get(a.parameters, "pid")));
	fflush(stdout);
	answer_done(&a);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 0; argc == 4 && i < 2; i++)
		start(argv[1], argv[2], argv[3]);
	for (;;)
		pause();
}
