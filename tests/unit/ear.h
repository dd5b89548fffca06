/* An ear for process events, with the filter, and programs of names that nobody else has. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* ours fills a struct err */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "event_filter.h"
#include "events.h"
#include "text.h"

#define FAIL(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

#define HEARD_MAX 100000 /* while everything is told, the rest of the machine is heard too */

/* A folder with programs of our own names, and the ear. */
struct ear {
	char dir[32];
	struct events *events;
	struct event_filter *filter;
	struct proc_event_told heard[HEARD_MAX];
	size_t n;
};

static inline char *path_in(struct ear *ear, const char *name)
{
	static char path[4][64];
	static unsigned turn;
	char *one = path[turn++ % 4];

	snprintf(one, sizeof(path[0]), "%s/%s", ear->dir, name);
	return one;
}

static inline void copy_program(struct ear *ear, const char *from, const char *name)
{
	char command[160];

	snprintf(command, sizeof(command), "cp %s %s", from, path_in(ear, name));
	assert_int_equal(system(command), 0);
}

static inline void write_script(struct ear *ear, const char *name, const char *text)
{
	int fd = open(path_in(ear, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static inline int ear_open(void **state)
{
	struct ear *ear = calloc(1, sizeof(*ear));
	struct err e = {0};

	*state = ear;
	strcpy(ear->dir, "/var/tmp/cgq-test-XXXXXX");
	assert_non_null(mkdtemp(ear->dir));
	assert_int_equal(chmod(ear->dir, 0755), 0);
	copy_program(ear, "/bin/true", "efile");
	copy_program(ear, "/bin/bash", "ebash");
	assert_int_equal(symlink("efile", path_in(ear, "elink")), 0);
	assert_int_equal(symlink("/bin/dash", path_in(ear, "esh")), 0);
	write_script(ear, "escript", "exit 0\n");
	write_script(ear, "eshebang", "#!/bin/sh\nexit 0\n");
	ear->events = events_new(&e);
	if (!ear->events)
		FAIL("%s", e.text);
	ear->filter = event_filter_new(events_fd(ear->events), &e);
	if (!ear->filter)
		FAIL("%s", e.text);
	events_are_filtered(ear->events, true);
	return 0;
}

static inline int ear_close(void **state)
{
	struct ear *ear = *state;
	char command[64];

	events_free(ear->events);
	event_filter_free(ear->filter);
	snprintf(command, sizeof(command), "rm -rf %s", ear->dir);
	assert_int_equal(system(command), 0);
	free(ear);
	return 0;
}

static inline void keep(void *ctx, const struct proc_event_told *ev)
{
	struct ear *ear = ctx;

	if (ear->n < HEARD_MAX)
		ear->heard[ear->n++] = *ev;
}

/* Whatever was sent is in the socket before the sender goes on; only an exit may come a moment after its parent knows. */
static inline void listen_on(struct ear *ear)
{
	const struct timespec moment = {.tv_nsec = 20000000};
	bool lost;

	nanosleep(&moment, NULL);
	assert_true(events_read(ear->events, keep, ear, &lost, NULL) >= 0);
	assert_false(lost);
}

/* "FXC-" of that process: fork, exec, ids, comm, exit. */
static inline const char *kinds_of(const struct ear *ear, pid_t pid)
{
	static char text[64];
	size_t n = 0;

	for (size_t i = 0; i < ear->n && n + 1 < sizeof(text); i++)
		if (ear->heard[i].pid == pid)
			text[n++] = "FXIC-"[ear->heard[i].kind];
	text[n] = '\0';
	return text;
}

/* An exit comes a moment after its parent knows: on a busy machine the process that ends waits for its turn once more. */
static inline void assert_told(struct ear *ear, pid_t pid, const char *kinds)
{
	for (unsigned tries = 0; tries < 250 && strcmp(kinds_of(ear, pid), kinds) != 0; tries++)
		listen_on(ear);
	assert_string_equal(kinds_of(ear, pid), kinds);
}

static inline void want(struct ear *ear, const struct event_wants *w)
{
	struct err e = {0};

	event_filter_begin(ear->filter);
	if (event_filter_rules(ear->filter, w, &e) < 0)
		FAIL("%s", e.text);
	listen_on(ear);
	event_filter_end(ear->filter, true);
	listen_on(ear);
	ear->n = 0;
}

static inline pid_t child_runs(struct ear *ear, void (*what)(struct ear *ear))
{
	pid_t pid = fork();

	if (pid == 0) {
		what(ear);
		_exit(127);
	}
	return pid;
}

static inline pid_t ran(struct ear *ear, void (*what)(struct ear *ear))
{
	pid_t pid = child_runs(ear, what);
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	listen_on(ear);
	return pid;
}
