/* The executables that rules of strict groups name. */
#include "strict_files.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "exe_files.h"

struct file_key {
	dev_t dev;
	ino_t ino;
};

/* The first that is told of is the program itself. */
static int loader_note(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct file_key *loader = ctx;
	struct stat st;

	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_INTERP ||
		    stat((const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr), &st) < 0)
			continue;
		*loader = (struct file_key){ st.st_dev, st.st_ino };
	}
	return 1;
}

/* The kernel opens it at each exec of a program that is linked to libraries. */
static bool is_loader(const struct stat *st)
{
	struct file_key loader = { 0 };

	dl_iterate_phdr(loader_note, &loader);
	return loader.ino == st->st_ino && loader.dev == st->st_dev;
}

static bool is_script(int fd)
{
	char begin[2];

	return pread(fd, begin, sizeof(begin), 0) == sizeof(begin) && begin[0] == '#' && begin[1] == '!';
}

/* Through links: rules may name one. */
static void name_find(struct strict_file *f)
{
	char link[32], real[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
	n = readlink(link, real, sizeof(real) - 1);
	real[n > 0 ? n : 0] = '\0';
	snprintf(f->name, sizeof(f->name), "%s", strrchr(real, '/') ? strrchr(real, '/') + 1 : "");
}

static void judge(struct strict_file *f)
{
	struct stat st;

	if (f->fd < 0 || fstat(f->fd, &st) < 0) {
		f->error = errno;
		return;
	}
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	name_find(f);
	if (is_script(f->fd))
		f->why = "a script: what runs is its interpreter";
	else if (is_loader(&st))
		f->why = "the dynamic loader, which every program opens";
	if (f->why)
		f->error = EINVAL;
}

struct adding {
	struct strict_files *files;
	unsigned group;
};

/* st: nothing but a plain file is opened. */
static void file_add(void *ctx, const char *path, const struct stat *st)
{
	const struct adding *a = ctx;
	struct strict_file *f;

	array_grow(a->files->list, a->files->n, a->files->cap);
	f = &a->files->list[a->files->n++];
	*f = (struct strict_file){ .group = a->group, .path = must_strdup(path) };
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	judge(f);
}

static void term_add(const struct policy *p, struct adding *a, const struct term *t)
{
	for (size_t i = 0; t->kind == MATCH_EXE && !t->negated && i < t->n_values; i++)
		exe_files_each(p->exes[t->values[i].ref], p->exe_globs[t->values[i].ref], file_add, a);
}

static void rule_add(const struct policy *p, struct strict_files *files, const struct rule *r)
{
	struct adding a = { files, r->group };

	for (size_t i = 0; i < r->n_terms; i++)
		term_add(p, &a, &r->terms[i]);
}

void strict_files_make(const struct policy *p, struct strict_files *ret)
{
	*ret = (struct strict_files){ 0 };
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct group *g = &p->groups[p->rules[i].group];

		if (g->strict && g->enforce)
			rule_add(p, ret, &p->rules[i]);
	}
}

void strict_files_close(struct strict_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->list[i].fd >= 0)
			close(f->list[i].fd);
		f->list[i].fd = -1;
	}
}

void strict_files_done(struct strict_files *f)
{
	strict_files_close(f);
	for (size_t i = 0; i < f->n; i++)
		free(f->list[i].path);
	free(f->list);
	*f = (struct strict_files){ 0 };
}

const struct strict_file *strict_files_find(const struct strict_files *f, uint64_t dev, uint64_t ino)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].ino == ino && f->list[i].dev == dev)
			return &f->list[i];
	return NULL;
}

const char *strict_file_reason(const struct strict_file *f)
{
	if (f->why)
		return f->why;
	if (f->error == EPERM)
		return "fanotify's permission events need CAP_SYS_ADMIN";
	/* fanotify_mark() of a kernel without CONFIG_FANOTIFY_ACCESS_PERMISSIONS, or before Linux 5.0 */
	return f->error == EINVAL ? "this kernel has no permission events" : strerror(f->error);
}

void strict_files_remap(struct strict_files *f, const unsigned *map, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		f->list[i].group = f->list[i].group < n ? map[f->list[i].group] : GROUP_NONE;
}

const struct strict_file *strict_files_bad(const struct strict_files *f, unsigned group)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].group == group && f->list[i].error)
			return &f->list[i];
	return NULL;
}
