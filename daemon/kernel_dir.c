/*
 * Plain folders that behave like cgroups, as far as unit tests need it: root holds a folder per hierarchy, named by
 * its v1 controllers ("cpu,cpuacct", "memory"), or "unified" with a file cgroup.controllers for v2. New cgroups have
 * the files of their controllers, with the kernel's defaults; v2 files come and go with the parent's
 * cgroup.subtree_control; who is populated cannot be removed, nor, on v2 below the root, get controllers.
 */
#include "kernel_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "plan_make.h"

static int file_put(const char *folder, const char *name, const char *text)
{
	auto_free char *full = must_printf("%s/%s", folder, name);
	auto_fd int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -errno;
	return 0;
}

/* A missing file is an empty one. */
static void file_get(const char *folder, const char *name, char buf[4096])
{
	auto_free char *full = must_printf("%s/%s", folder, name);
	auto_fd int fd = open(full, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, 4095);
	buf[n > 0 ? n : 0] = '\0';
}

static bool file_is_empty(const char *folder, const char *name)
{
	char buf[4096];

	file_get(folder, name, buf);
	return !buf[0];
}

static void file_drop(const char *folder, const char *name)
{
	auto_free char *full = must_printf("%s/%s", folder, name);

	unlink(full);
}

static uint32_t controllers_named(const char *words, int version)
{
	char copy[4096], *save = NULL;
	uint32_t bits = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok_r(copy, ", \n", &save); w; w = strtok_r(NULL, ", \n", &save)) {
		int c = controller_find(w, version);

		bits |= c < 0 ? 0 : 1U << c;
	}
	return bits;
}

static void controllers_put(const char *folder, const char *file, uint32_t bits)
{
	char text[256] = "";

	for (int c = 0; c < CONTROLLER__COUNT; c++)
		if (bits & 1U << c && controller_rows[c].v2)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
				 controller_rows[c].v2);
	file_put(folder, file, text);
}

/* What goes with a controller and is no knob. */
static const struct side_file {
	enum controller controller;
	const char *v2, *v1, *text;
} side_files[] = {
	{ CONTROLLER_CPU, NULL, "cpu.cfs_period_us", "100000" },
	{ CONTROLLER_FREEZER, NULL, "freezer.self_freezing", "0" },
	{ CONTROLLER_MEMORY, "memory.current", "memory.usage_in_bytes", "0" },
	{ CONTROLLER_MEMORY, "memory.swap.current", "memory.memsw.usage_in_bytes", "0" },
};

static void knob_files_put(const char *folder, int version, uint32_t controllers)
{
	for (int k = 0; k < KNOB__COUNT; k++) {
		struct value v;
		char text[300];

		if (!(controllers & 1U << knob_rows[k].controller) || !knob_file(k, version))
			continue;
		value_default(k, version, &v);
		value_to_text(k, version, &v, text, sizeof(text));
		file_put(folder, knob_file(k, version), text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(side_files); i++) {
		const char *name = version == 2 ? side_files[i].v2 : side_files[i].v1;

		if (name && controllers & 1U << side_files[i].controller)
			file_put(folder, name, side_files[i].text);
	}
}

static void knob_files_drop(const char *folder, uint32_t controllers)
{
	for (int k = 0; k < KNOB__COUNT; k++)
		if (controllers & 1U << knob_rows[k].controller && knob_file(k, 2))
			file_drop(folder, knob_file(k, 2));
	for (size_t i = 0; i < ARRAY_SIZE(side_files); i++)
		if (side_files[i].v2 && controllers & 1U << side_files[i].controller)
			file_drop(folder, side_files[i].v2);
}

static void hierarchy_take(struct machine *m, const char *root, const char *name)
{
	struct hierarchy *h = &m->hierarchies[m->n_hierarchies];
	char words[4096];

	if (m->n_hierarchies == HIERARCHIES_MAX)
		return;
	*h = (struct hierarchy){ .version = strcmp(name, "unified") ? 1 : 2, .base_is_root = true };
	snprintf(h->mount, sizeof(h->mount), "%s/%s", root, name);
	file_get(h->mount, "cgroup.controllers", words);
	h->controllers = controllers_named(h->version == 2 ? words : name, h->version);
	if (h->controllers)
		m->n_hierarchies++;
}

struct discovery {
	struct machine *m;
	const char *root;
};

static int hierarchy_each(void *ctx, const char *name)
{
	struct discovery *d = ctx;

	hierarchy_take(d->m, d->root, name);
	return 0;
}

static int dir_discover(struct kernel *k, struct machine *m, struct err *e)
{
	struct hierarchy all = { .version = 1 };
	struct discovery d = { m, k->ctx };

	m->n_hierarchies = 0;
	snprintf(all.mount, sizeof(all.mount), "%s", d.root);
	return kernel_files_children(k, &all, "", hierarchy_each, &d, e);
}

static int dir_make(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	char full[PATH_MAX], parent[PATH_MAX], words[4096];
	uint32_t controllers = h->controllers;
	int r = kernel_files_path(h, path, NULL, full, e);

	if (r < 0)
		return r;
	if (mkdir(full, 0755) < 0)
		return errno == EEXIST ? 0 : fail(e, errno, "%s: mkdir: %s", path, strerror(errno));
	file_put(full, "cgroup.procs", "");
	if (h->version == 2) {
		snprintf(parent, sizeof(parent), "%s", full);
		*strrchr(parent, '/') = '\0';
		file_get(parent, "cgroup.subtree_control", words);
		controllers = controllers_named(words, 2);
		controllers_put(full, "cgroup.controllers", controllers);
		file_put(full, "cgroup.subtree_control", "");
		file_put(full, "cgroup.events", "populated 0\nfrozen 0\n");
		file_put(full, knob_file(KNOB_FREEZE, 2), "0");
	}
	knob_files_put(full, h->version, controllers);
	return 0;
}

static int child_found(void *ctx, const char *name)
{
	return -EBUSY;
}

static int dir_remove(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	char full[PATH_MAX];
	auto_dir DIR *dir = NULL;
	struct dirent *d;
	int r = kernel_files_path(h, path, NULL, full, e);

	if (r < 0)
		return r;
	r = kernel_files_children(k, h, path, child_found, NULL, NULL);
	if (r == -ENOENT)
		return 0;
	if (r < 0 || !file_is_empty(full, "cgroup.procs"))
		return fail(e, EBUSY, "%s: rmdir: %s", path, strerror(EBUSY));
	dir = opendir(full);
	while (dir && (d = readdir(dir)))
		if (d->d_type == DT_REG)
			file_drop(full, d->d_name);
	return rmdir(full) < 0 ? fail(e, errno, "%s: rmdir: %s", path, strerror(errno)) : 0;
}

struct enabling {
	const char *folder;
	uint32_t more, less, all;
};

static int child_enable(void *ctx, const char *name)
{
	struct enabling *n = ctx;
	auto_free char *full = must_printf("%s/%s", n->folder, name);

	knob_files_put(full, 2, n->more);
	knob_files_drop(full, n->less);
	controllers_put(full, "cgroup.controllers", n->all);
	return 0;
}

/* One word, "+cpu" or "-cpu". */
static int subtree_control_write(struct kernel *k, const struct hierarchy *h, const char *path, const char *text,
				 struct err *e)
{
	char full[PATH_MAX], words[4096];
	uint32_t now, available, bit = controllers_named(text + 1, 2);
	struct enabling n = { .folder = full };
	int r = kernel_files_path(h, path, NULL, full, e);

	if (r < 0)
		return r;
	file_get(full, "cgroup.controllers", words);
	available = controllers_named(words, 2);
	file_get(full, "cgroup.subtree_control", words);
	now = controllers_named(words, 2);
	if (!bit || (*text == '+' && !(bit & available)))
		return fail(e, ENOENT, "%s: cgroup.subtree_control: %s", path, strerror(ENOENT));
	if (*text == '+' && *path && !file_is_empty(full, "cgroup.procs"))
		return fail(e, EBUSY, "%s: cgroup.subtree_control: %s", path, strerror(EBUSY));
	n.more = *text == '+' ? bit & ~now : 0;
	n.less = *text == '-' ? bit & now : 0;
	n.all = (now | n.more) & ~n.less;
	controllers_put(full, "cgroup.subtree_control", n.all);
	return kernel_files_children(k, h, path, child_enable, &n, e);
}

static int dir_write(struct kernel *k, const struct hierarchy *h, const char *path, const char *file, const char *text,
		     struct err *e)
{
	if (h->version == 2 && !strcmp(file, "cgroup.subtree_control"))
		return subtree_control_write(k, h, path, text, e);
	if (!strcmp(file, "freezer.state"))
		kernel_files_write(k, h, path, "freezer.self_freezing", strcmp(text, "FROZEN") ? "0" : "1", NULL);
	return kernel_files_write(k, h, path, file, text, e);
}

static void dir_free(struct kernel *k)
{
	free(k->ctx);
	free(k);
}

struct kernel *kernel_dir_new(const char *root, struct err *e)
{
	struct kernel *k;
	struct stat st;

	if (stat(root, &st) < 0 || !S_ISDIR(st.st_mode)) {
		fail(e, ENOTDIR, "%s: not a folder of hierarchies", root);
		return NULL;
	}
	k = must_alloc(sizeof(*k));
	*k = (struct kernel){
		.ctx = must_strdup(root),
		.discover = dir_discover,
		.make = dir_make,
		.remove = dir_remove,
		.read = kernel_files_read,
		.write = dir_write,
		.children = kernel_files_children,
		.open_procs = kernel_files_open_procs,
		.open_file = kernel_files_open_file,
		.free = dir_free,
	};
	return k;
}
