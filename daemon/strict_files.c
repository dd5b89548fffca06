/* The executables that rules of strict groups name. */
#include "strict_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

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

static void file_add(struct strict_files *files, unsigned group, const char *path)
{
	struct strict_file *f;
	struct stat st;

	/* As resolve.c does, and nothing but a plain file is opened. */
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	array_grow(files->list, files->n, files->cap);
	f = &files->list[files->n++];
	*f = (struct strict_file){ .group = group, .path = must_strdup(path) };
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	judge(f);
}

static void value_add(const struct policy *p, struct strict_files *files, unsigned group, unsigned exe)
{
	glob_t found = { 0 };

	if (!p->exe_globs[exe]) {
		file_add(files, group, p->exes[exe]);
		return;
	}
	if (glob(p->exes[exe], 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			file_add(files, group, found.gl_pathv[i]);
	globfree(&found);
}

static void rule_add(const struct policy *p, struct strict_files *files, const struct rule *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		for (size_t k = 0; r->terms[i].kind == MATCH_EXE && !r->terms[i].negated && k < r->terms[i].n_values; k++)
			value_add(p, files, r->group, r->terms[i].values[k].ref);
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

const struct strict_file *strict_files_bad(const struct strict_files *f, unsigned group)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].group == group && f->list[i].error)
			return &f->list[i];
	return NULL;
}
