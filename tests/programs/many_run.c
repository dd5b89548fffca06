/*
 * many_run SOCKET GROUP PROGRAM…: asks io.cgq.Run by itself, with four threads running, one of which asks; then prints the answer,
 * and of each thread the lines of its /proc/…/cgroup, and becomes PROGRAM.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void *wait_for_ever(void *ctx)
{
	for (;;)
		pause();
	return NULL;
}

static int ask(const char *path, const char *group)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char text[512];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), len;
	size_t got = 0;
	ssize_t n = 1;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return -1;
	len = snprintf(text, sizeof(text), "{\"method\":\"io.cgq.Run\",\"parameters\":{\"group\":\"%s\"}}", group);
	if (send(fd, text, (size_t)len + 1, 0) < 0)
		return -1;
	while (n > 0 && got < sizeof(text) - 1 && (!got || text[got - 1])) {
		n = recv(fd, text + got, sizeof(text) - 1 - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	text[got] = 0;
	puts(text);
	close(fd);
	return strstr(text, "\"error\"") ? -1 : 0;
}

static void threads_print(void)
{
	DIR *d = opendir("/proc/self/task");

	for (struct dirent *one; d && (one = readdir(d));) {
		char path[300], line[512];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/cgroup", one->d_name);
		f = fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			printf("%s %s", one->d_name, line);
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	fflush(stdout);
}

struct asking {
	char **argv;
	int result;
};

static void *ask_aside(void *ctx)
{
	struct asking *a = ctx;

	a->result = ask(a->argv[1], a->argv[2]);
	return NULL;
}

int main(int argc, char **argv)
{
	struct asking a = {argv, -1};
	pthread_t thread, asker;

	if (argc < 4)
		return 2;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, wait_for_ever, NULL))
			return 3;
	if (pthread_create(&asker, NULL, ask_aside, &a) || pthread_join(asker, NULL) || a.result)
		return 4;
	threads_print();
	execv(argv[3], argv + 3);
	return 5;
}
