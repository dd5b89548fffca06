/* Which files a check is about, and their bytes. */
#include "check_files.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

static const char *const default_folders[] = {"/usr/lib/cgq/conf.d", "/run/cgq/conf.d", "/etc/cgq/conf.d"};

void check_files_done(struct check_files *f)
{
	file_set_done(&f->set);
	faults_done(&f->faults);
	file_set_done(&f->before);
	faults_done(&f->faults_before);
	faults_done(&f->untrusted);
}

static bool is_folder(const char *path)
{
	struct stat s;

	return strcmp(path, "-") != 0 && stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* A name that the folders would read: "50-web.conf". */
static int name_check(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len < 6 || name[0] == '.' || strchr(name, '/') || strcmp(name + len - 5, ".conf") != 0)
		return fail(e, EINVAL, "--as: '%s' is not the name of a policy file (like 50-web.conf)",
			    TEXT_ESCAPED(name));
	return 0;
}

static int folders_read(const struct options *o, struct file_set *set, struct faults *faults, struct err *e)
{
	auto_free const char **folders = must_alloc((o->n_args + 1) * sizeof(char *));
	size_t n = 0;

	for (size_t i = 0; i < o->n_args; i++)
		if (is_folder(o->args[i]))
			folders[n++] = o->args[i];
	if (n > 0)
		return policy_files_read(folders, n, READ_MUST_EXIST, set, faults, e);
	if (o->n_args > 0 && !o->set[OPTION_AS])
		return 0;
	return policy_files_read(default_folders, ARRAY_SIZE(default_folders), 0, set, faults, e);
}

/* Read in the order of their names, like a folder; two of one name are two files all the same. */
static char *name_for(const char *path, const struct file_set *set)
{
	const char *slash = strrchr(path, '/');
	char *name = must_strdup(slash ? slash + 1 : path);

	while (file_set_find(set, name)) {
		char *longer = must_printf("%s+", name);

		free(name);
		name = longer;
	}
	return name;
}

static int files_read(const struct options *o, struct check_files *ret, struct err *e)
{
	for (size_t i = 0; i < o->n_args; i++) {
		auto_free char *name = NULL;
		int r;

		if (is_folder(o->args[i]))
			continue;
		name = name_for(o->args[i], &ret->set);
		r = policy_file_read_one(o->args[i], name, NULL, &ret->set, &ret->faults, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *candidate_of(const struct options *o, struct err *e)
{
	const char *ret = NULL;

	for (size_t i = 0; i < o->n_args; i++) {
		if (is_folder(o->args[i]))
			continue;
		if (ret) {
			fail(e, EINVAL, "check: --as NAME judges one FILE; '%s' is another, and no folder", TEXT_ESCAPED(o->args[i]));
			return NULL;
		}
		ret = o->args[i];
	}
	if (!ret)
		fail(e, EINVAL, "check: --as NAME needs a FILE (or - for stdin)");
	return ret;
}

/*
 * Both sets are read from the folders, then the candidate takes the place of its name in one of them. It is told by
 * that name: the file itself is a tool's temporary one (/root/.ansible/tmp/ansible-tmp-1764.5-12-34/source), and gone
 * when its faults are read.
 */
static int as_read(const struct options *o, struct check_files *ret, struct err *e)
{
	const char *name = o->values[OPTION_AS], *candidate;
	int r = name_check(name, e);

	if (r < 0)
		return r;
	candidate = candidate_of(o, e);
	if (!candidate)
		return -EINVAL;
	r = folders_read(o, &ret->before, &ret->faults_before, e);
	if (r == 0)
		r = folders_read(o, &ret->set, &ret->faults, e);
	if (r == 0)
		r = policy_file_read_one(candidate, name, name, &ret->set, &ret->faults, e);
	if (r < 0)
		return r;
	ret->candidate = name;
	return 0;
}

int check_files_read(const struct options *o, struct check_files *ret, struct err *e)
{
	struct file_set trusted = {0};
	int r;

	*ret = (struct check_files){0};
	if (o->set[OPTION_AS])
		return as_read(o, ret, e);
	r = folders_read(o, &ret->set, &ret->faults, e);
	if (r == 0)
		r = files_read(o, ret, e);
	if (r == 0 && o->n_args == 0)
		r = policy_files_read(default_folders, ARRAY_SIZE(default_folders), READ_TRUSTED_ONLY, &trusted, &ret->untrusted, e);
	file_set_done(&trusted);
	return r;
}
