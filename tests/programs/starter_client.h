/* The client of starter_ask: a process that gives its files, and waits for its program as `cgq run` does. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/run.h>

#include "fd_message.h"
#include "program.h"
#include "run_exec.h"
#include "run_talk.h"
#include "run_terminal.h"
#include "run_text.h"
#include "starter.h"

#define USAGE "starter_ask keep|forget|net|run|cycles …, see its source"

/* So that the kernel says who says what. */
static inline void speaker_ask(int fd, bool on)
{
	const int value = on;

	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &value, sizeof(value));
}

/* Of the first that is said. Nobody but the caller's own user speaks to the socket that the caller chose. */
static inline void speaker_check(int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct run_said said;
	struct iovec data = { .iov_base = &said, .iov_len = sizeof(said) };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct ucred who = { 0 };

	if (recvmsg(fd, &m, MSG_PEEK) == sizeof(said) && CMSG_FIRSTHDR(&m) && CMSG_FIRSTHDR(&m)->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&who, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(who));
		if (who.uid != getuid()) {
			fprintf(stderr, "user %u speaks to user %u's client\n", (unsigned)who.uid, (unsigned)getuid());
			_exit(99);
		}
	}
	speaker_ask(fd, false);
}

/* client FD detach|stay COMMAND… */
static inline int client(char **argv)
{
	int socket = (int)option_u64(argv[0], USAGE), files[START_FILES] = { 0, 1, 2 };
	struct run_talk t;
	struct err e;
	pid_t pid;
	int r;

	if (run_talk_open(&t, &e) < 0)
		abort();
	files[START_FOLDER] = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files[START_TEXT] = run_text_make(argv + 2, environ, &e);
	files[START_TALK] = t.theirs;
	speaker_ask(t.ours, true);
	r = fd_message_send(socket, "x", 1, files, START_FILES, 0);
	run_talk_given(&t);
	close(socket);
	if (r < 0)
		abort();
	speaker_check(t.ours);
	r = run_talk_started(&t, argv[2], &pid, &e);
	if (r < 0) {
		fprintf(stderr, "%s\n", e.text);
		return r == -EPIPE ? 125 : run_exec_status(-r);
	}
	if (!strcmp(argv[1], "detach")) {
		printf("%d\n", (int)pid);
		return 0;
	}
	fprintf(stderr, "started %d\n", (int)pid);
	r = run_talk_until_end(&t);
	run_talk_close(&t);
	return r;
}
