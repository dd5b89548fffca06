/* The accounts and files that the rules of a policy mean on this machine. */
#include "resolved_here.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "rule_index.h"
#include "text.h"

/* "mysql:x:112:118:…": the number is the third field. */
static bool line_is(const char *line, const char *name, uint32_t *ret)
{
	size_t len = strlen(name);
	const char *number;
	auto_free char *digits = NULL;
	uint64_t id;

	if (strncmp(line, name, len) != 0 || line[len] != ':')
		return false;
	number = strchr(line + len + 1, ':');
	if (!number)
		return false;
	digits = must_strndup(number + 1, strcspn(number + 1, ":"));
	if (text_u64(digits, &id) < 0 || id > UINT32_MAX)
		return false;
	*ret = (uint32_t)id;
	return true;
}

static struct resolved_id id_look_up(const char *file, const char *name)
{
	struct resolved_id ret = {0};
	auto_free char *line = NULL;
	auto_file FILE *f = NULL;
	size_t size = 0;
	uint64_t number;

	if (text_u64(name, &number) == 0)
		return (struct resolved_id){number < UINT32_MAX, (uint32_t)number};
	f = fopen(file, "re");
	while (f && !ret.known && getline(&line, &size, f) >= 0)
		ret.known = line_is(line, name, &ret.id);
	return ret;
}

static struct resolved_id *ids_look_up(const char *file, const char *const *names, size_t n)
{
	struct resolved_id *ret = must_alloc((n + 1) * sizeof(*ret));

	for (size_t i = 0; i < n; i++)
		ret[i] = id_look_up(file, names[i]);
	return ret;
}

static void file_add(struct resolved_exe *to, size_t *cap, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	array_grow(to->ids, to->n, *cap);
	to->ids[to->n++] = (struct file_id){st.st_dev, st.st_ino};
}

static struct resolved_exe exe_look_up(const char *path, bool is_glob)
{
	struct resolved_exe ret = {0};
	size_t cap = 0;
	glob_t found = {0};

	if (!is_glob)
		file_add(&ret, &cap, path);
	else if (glob(path, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			file_add(&ret, &cap, found.gl_pathv[i]);
	globfree(&found);
	return ret;
}

void resolved_here(const struct policy *p, struct resolved *ret)
{
	ret->users = ids_look_up("/etc/passwd", p->users, p->n_users);
	ret->user_groups = ids_look_up("/etc/group", p->user_groups, p->n_user_groups);
	ret->exes = must_alloc((p->n_exes + 1) * sizeof(*ret->exes));
	for (size_t i = 0; i < p->n_exes; i++)
		ret->exes[i] = exe_look_up(p->exes[i], p->exe_globs[i]);
	ret->index = rule_index_new(p, ret);
}

void resolved_here_done(struct resolved *r, const struct policy *p)
{
	for (size_t i = 0; i < p->n_exes; i++)
		free(r->exes[i].ids);
	free(r->exes);
	free(r->users);
	free(r->user_groups);
	rule_index_free(r->index);
}
