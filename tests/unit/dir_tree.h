/* A machine of plain folders to test on: 2 CPUs, 1 GiB, tree "cgq"; every v1 controller apart, or pure v2. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"

/* last: cmocka's macro fail() hides ours */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct dir_tree {
	char root[64];
	struct kernel *k;
	struct machine m;
	char text[4096];
};

static inline void dir_shell(const char *fmt, const char *root)
{
	char command[512];

	snprintf(command, sizeof(command), "cd '%s' && %s", root, fmt);
	assert_int_equal(system(command), 0);
}

static inline void dir_machine(struct dir_tree *t, enum layout layout)
{
	assert_int_equal(t->k->discover(t->k, &t->m, NULL), 0);
	t->m.cpus = 2;
	t->m.memory_bytes = 1UL << 30;
	t->m.swap_bytes = 1UL << 29;
	t->m.page_bytes = 4096;
	t->m.system_share = 0.05;
	t->m.layout = layout;
	strcpy(t->m.cpu_list, "0-1");
	strcpy(t->m.node_list, "0");
	strcpy(t->m.tree, "cgq");
	if (layout == LAYOUT_V1) {
		strcpy(t->m.base_cpus, "0-1");
		strcpy(t->m.base_mems, "0");
	}
}

static inline int dir_tree_new(void **state, const char *folders, enum layout layout)
{
	struct dir_tree *t = calloc(1, sizeof(*t));

	strcpy(t->root, "/tmp/cgq-test-dir-XXXXXX");
	assert_non_null(mkdtemp(t->root));
	dir_shell(folders, t->root);
	t->k = kernel_dir_new(t->root, NULL);
	assert_non_null(t->k);
	dir_machine(t, layout);
	*state = t;
	return 0;
}

static inline int dir_tree_v1(void **state)
{
	return dir_tree_new(state, "mkdir cpu,cpuacct cpuset memory pids && echo 0-1 >cpuset/cpuset.cpus && "
				   "echo 0 >cpuset/cpuset.mems && touch systemd",
			    LAYOUT_V1);
}

static inline int dir_tree_v2(void **state)
{
	return dir_tree_new(state, "mkdir unified && cd unified && echo cpuset cpu io memory pids >cgroup.controllers && "
				   "touch cgroup.subtree_control cgroup.procs",
			    LAYOUT_V2);
}

static inline int dir_tree_done(void **state)
{
	struct dir_tree *t = *state;

	kernel_free(t->k);
	dir_shell("rm -rf \"$PWD\"", t->root);
	free(t);
	return 0;
}

static inline const struct hierarchy *dir_hierarchy(const struct dir_tree *t, enum controller c)
{
	int i = machine_hierarchy(&t->m, c);

	assert_true(i >= 0);
	return &t->m.hierarchies[i];
}

/* Of a file that must be there, without the newline. */
static inline const char *dir_read(struct dir_tree *t, enum controller c, const char *path, const char *file)
{
	assert_int_equal(t->k->read(t->k, dir_hierarchy(t, c), path, file, t->text, sizeof(t->text), NULL), 0);
	t->text[strcspn(t->text, "\n")] = '\0';
	return t->text;
}

/* Behind the kernel's back. */
static inline void dir_put(struct dir_tree *t, enum controller c, const char *path, const char *file, const char *text)
{
	char full[1024];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s/%s", dir_hierarchy(t, c)->mount, path, file);
	f = fopen(full, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}
