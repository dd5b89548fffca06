/*
 * The kernel of this host to test on, in cgroups named cgq-test-PID only. A watcher outlives the test program, however
 * that ends, and removes what it left; children that a test starts die with it.
 */
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "observe.h"

/* last: cmocka's macro fail() hides ours */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* tree is "cgq-test-PID"; usable is false where this user or container may make no cgroups. */
struct real_tree {
	struct kernel *k;
	struct machine m;
	bool usable;
};

static inline int real_remove_below(struct kernel *k, const struct hierarchy *h, const char *path);

struct real_removal {
	struct kernel *k;
	const struct hierarchy *h;
	const char *path;
};

static inline int real_remove_each(void *ctx, const char *name)
{
	struct real_removal *r = ctx;
	char child[1024];

	snprintf(child, sizeof(child), "%s/%s", r->path, name);
	real_remove_below(r->k, r->h, child);
	return 0;
}

static inline int real_remove_below(struct kernel *k, const struct hierarchy *h, const char *path)
{
	struct real_removal r = { k, h, path };

	k->children(k, h, path, real_remove_each, &r, NULL);
	/* the dying leave a cgroup a moment after they were waited for */
	for (int i = 0; i < 200 && k->remove(k, h, path, NULL) == -EBUSY; i++)
		usleep(10000);
	return 0;
}

static inline void real_remove_all(struct real_tree *t)
{
	char path[600];

	for (unsigned i = 0; i < t->m.n_hierarchies; i++) {
		machine_path(&t->m, i, "", path, sizeof(path));
		real_remove_below(t->k, &t->m.hierarchies[i], path);
	}
}

/* Reads to the end of the pipe, which comes when the test program is gone, then removes. */
static inline void real_watch(struct real_tree *t)
{
	int ends[2];
	char byte;

	if (pipe(ends) < 0)
		abort();
	if (fork()) {
		close(ends[0]); /* ends[1] stays open as long as we live; children close it by exec or _exit */
		return;
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	close(ends[1]);
	/* whoever waits for the test's output shall not wait for us */
	close(0);
	close(1);
	close(2);
	while (read(ends[0], &byte, 1) > 0)
		;
	real_remove_all(t);
	_exit(0);
}

/* A child that waits for its end, which is ours at the latest. */
static inline pid_t real_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static inline void real_child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static inline int real_tree_init(struct real_tree *t)
{
	struct err e = { 0 };
	char path[600];
	int h;

	memset(t, 0, sizeof(*t));
	t->k = kernel_libcgroup_new(&e);
	snprintf(path, sizeof(path), "cgq-test-%d", (int)getpid());
	if (!t->k || observe_machine(t->k, path, 0.05, &t->m, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	h = machine_hierarchy(&t->m, CONTROLLER_MEMORY);
	if (h < 0 || t->m.refusal[0]) {
		fprintf(stderr, "%s\n", t->m.refusal);
		return 0;
	}
	real_watch(t);
	machine_path(&t->m, (unsigned)h, "", path, sizeof(path));
	t->usable = !t->k->make(t->k, &t->m.hierarchies[h], path, &e);
	if (t->usable)
		t->k->remove(t->k, &t->m.hierarchies[h], path, NULL);
	else
		fprintf(stderr, "%s\n", e.text);
	return 0;
}

static inline void real_tree_done(struct real_tree *t)
{
	real_remove_all(t);
	kernel_free(t->k);
}
