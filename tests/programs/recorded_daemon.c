/*
 * recorded_daemon SOCKET FOLDER: answers the calls of cgq from files, so that its output can be compared with golden
 * texts. A call of io.cgq.Status with {"group": "web"} is answered by the first of Status.call-N.json (N: how often
 * Status was asked, from 1), Status.web.json and Status.json ('/' in a value becomes '+'). What was asked is kept in
 * SOCKET.log. An empty line ends one answer and begins the next to the same call. A file that says only "hang up" or "silence" is done so. Ends at the end of its standard input.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define QUESTION_MAX_BYTES (2U << 20)
#define METHODS_MAX	   16

static struct {
	char name[64];
	unsigned asked;
} methods[METHODS_MAX];

static unsigned count_of(const char *method)
{
	for (size_t i = 0; i < METHODS_MAX; i++) {
		if (!methods[i].name[0])
			snprintf(methods[i].name, sizeof(methods[i].name), "%s", method);
		if (strcmp(methods[i].name, method) == 0)
			return ++methods[i].asked;
	}
	abort();
}

/* The value of a key, up to the next quote, comma or brace. Good enough for what our own client writes. */
static void value_find(const char *question, const char *key, char *ret, size_t size)
{
	char quoted[32];
	const char *at;
	size_t n = 0;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(question, quoted);
	ret[0] = '\0';
	if (!at)
		return;
	at += strlen(quoted);
	at += *at == '"';
	while (n < size - 1 && at[n] && !strchr("\",}", at[n])) {
		ret[n] = at[n] == '/' ? '+' : at[n];
		n++;
	}
	ret[n] = '\0';
}

static int file_open(const char *folder, const char *question)
{
	char method[64], value[128], path[3][512];
	const char *name;

	value_find(question, "method", method, sizeof(method));
	name = strrchr(method, '.') ? strrchr(method, '.') + 1 : method;
	value_find(question, "group", value, sizeof(value));
	if (!value[0])
		value_find(question, "pid", value, sizeof(value));
	snprintf(path[0], sizeof(path[0]), "%s/%s.call-%u.json", folder, name, count_of(name));
	snprintf(path[1], sizeof(path[1]), "%s/%s.%s.json", folder, name, value);
	snprintf(path[2], sizeof(path[2]), "%s/%s.json", folder, name);
	for (int i = 0; i < 3; i++) {
		int fd = open(path[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* true: the connection is to be kept open without a word. */
static int answer(int fd, const char *folder, const char *question)
{
	static char bytes[4U << 20];
	int file = file_open(folder, question);
	ssize_t n;

	if (file < 0) {
		static const char missing[] = "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{}}";

		send_all(fd, missing, sizeof(missing));
		return 0;
	}
	n = read(file, bytes, sizeof(bytes) - 1);
	close(file);
	if (n < 0)
		return 0;
	bytes[n] = '\0';
	for (char *end = bytes; (end = strstr(end, "\n\n")); end += 2)
		end[1] = '\0';
	if (strcmp(bytes, "silence\n") == 0)
		return 1;
	if (strcmp(bytes, "hang up\n") == 0)
		send_all(fd, "{\"para", 6);
	else
		send_all(fd, bytes, (size_t)n + 1);
	return 0;
}

static void serve_one(int listener, const char *folder, FILE *log)
{
	static char question[QUESTION_MAX_BYTES];
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	size_t len = 0;

	while (fd >= 0 && len < sizeof(question)) {
		ssize_t n = recv(fd, question + len, sizeof(question) - len, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
		if (question[len - 1] != '\0')
			continue;
		fprintf(log, "%s\n", question);
		fflush(log);
		if (answer(fd, folder, question))
			return; /* left open */
		break;
	}
	if (fd >= 0)
		close(fd);
}

/* It has its name once somebody listens: who waits for that name is answered. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) + 2 > sizeof(address.sun_path))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s-", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 16) < 0)
		return -1;
	return rename(address.sun_path, path) < 0 ? -1 : fd;
}

int main(int argc, char **argv)
{
	char log_path[256];
	struct pollfd fds[2] = {{.fd = -1, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
	FILE *log;

	if (argc != 3)
		return 2;
	snprintf(log_path, sizeof(log_path), "%s.log", argv[1]);
	log = fopen(log_path, "we");
	fds[0].fd = listen_at(argv[1]);
	if (!log || fds[0].fd < 0) {
		perror(argv[1]);
		return 1;
	}
	while (poll(fds, 2, -1) >= 0 && fds[1].revents == 0)
		if (fds[0].revents)
			serve_one(fds[0].fd, argv[2], log);
	fclose(log);
	return 0;
}
