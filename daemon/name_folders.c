/* The folders in which what rules name may appear or be replaced: each once. */
#include "name_folders.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "exe_files.h"
#include "path_steps.h"

/* One inotify watch each; rules of more folders are looked up again by the slow timer. */
#define FOLDERS_MAX 64

static void add(struct name_folders *f, const char *folder, size_t len)
{
	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->list[i]) == len && memcmp(f->list[i], folder, len) == 0)
			return;
	if (f->n == FOLDERS_MAX)
		return;
	array_grow(f->list, f->n, f->cap);
	f->list[f->n++] = must_strndup(folder, len);
}

static void add_matches(struct name_folders *f, const char *pattern)
{
	glob_t found = {0};

	if (glob(pattern, GLOB_ONLYDIR, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			add(f, found.gl_pathv[i], strlen(found.gl_pathv[i]));
	globfree(&found);
}

/*
 * "/opt/app-1*" lies in "/opt": no further than the last slash before the first glob sign. "/opt/app-*" + "/bin/x" may come
 * to be in "/opt", and then in each folder from there on that fits so far.
 */
static void add_folders_of(struct name_folders *f, const char *path)
{
	size_t plain = strcspn(path, "*?[\\");
	const char *slash = memrchr(path, '/', plain);

	if (slash)
		add(f, path, slash == path ? 1 : (size_t)(slash - path));
	for (slash = strchr(path + plain, '/'); slash; slash = strchr(slash + 1, '/')) {
		auto_free char *so_far = must_strndup(path, (size_t)(slash - path));

		add_matches(f, so_far);
	}
}

/* Where links on the way lie, and what they lead to: "/usr/bin/java" is a link in /etc/alternatives, and that one into /usr/lib. */
static void on_step(void *ctx, const char *folder, const char *name)
{
	auto_free char *path = must_printf("%s/%s", folder, name);
	auto_free char *plain = realpath(folder, NULL); /* a link may lead through ".." */
	struct stat st;

	/* one that is not there just now may be replaced */
	if (plain && (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		add(ctx, plain, strlen(plain));
}

static void on_file(void *ctx, const char *path, const struct stat *st)
{
	path_steps(path, on_step, ctx);
}

void name_folders_make(const struct policy *p, struct name_folders *ret)
{
	for (size_t i = 0; i < p->n_exes; i++)
		add_folders_of(ret, p->exes[i]);
	for (size_t i = 0; i < p->n_exes; i++) {
		if (p->exe_globs[i])
			exe_files_each(p->exes[i], true, on_file, ret);
		else
			path_steps(p->exes[i], on_step, ret);
	}
	if (p->n_users + p->n_user_groups > 0)
		add(ret, "/etc", strlen("/etc"));
}

void name_folders_done(struct name_folders *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->list[i]);
	free(f->list);
	*f = (struct name_folders){0};
}
